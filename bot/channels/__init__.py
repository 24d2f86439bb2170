"""The channels: each verifies and parses incoming events, and sends outgoing messages.

The interface that they implement is ``Channel`` in ``bot/conversation/channel_api.py``.
"""
