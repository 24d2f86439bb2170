"""What agents do in a conversation, and the automatic assignment of waiting cases."""
