"""WhatsApp, with Meta's Cloud API and a client of our own.

Why not pywa: it reads one message of a webhook post, which may contain many, and it can use no
server but Meta's. Only three kinds of requests are needed.
"""
