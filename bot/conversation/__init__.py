"""The way of a message: durable inbox, one turn at a time, the gates, durable outbox."""
