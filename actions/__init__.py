"""What the assistant does: thin translations between Rasa's tracker and the domain in ``bot``."""
