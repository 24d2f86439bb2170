"""WhatsApp by Meta's Cloud API, with a client of our own.

pywa was looked at: it reads one message of a post where Meta may send many, and it knows no
server but Meta's own. Three requests are all that is needed.
"""
