"""Rasa as the rest of the code sees it: its HTTP client, and its environment."""
