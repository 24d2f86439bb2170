"""The turn of one incoming message: who owns the conversation, and what is answered."""
