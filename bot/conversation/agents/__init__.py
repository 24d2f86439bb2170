"""What agents do in a conversation, and automatic assignment of waiting cases."""
