"""Signals that a human should look at a case before anything is given."""
