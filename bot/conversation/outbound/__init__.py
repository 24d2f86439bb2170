"""One way out: the outbox, the sender, and what providers say of what was sent."""
