"""The one way in: what a channel delivers is stored before anything else is done."""
