"""`make bench`: Regalo whole, measured beside Rasa's own starter project in one run."""
