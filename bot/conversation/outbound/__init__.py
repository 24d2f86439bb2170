"""The one way out: the publisher, the outbox, the sender, and the results of sending."""
