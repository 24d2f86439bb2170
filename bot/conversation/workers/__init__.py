"""Background work: waking turns, renewing promises, carrying remedies out."""
