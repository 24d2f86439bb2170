"""The company served: its profile, hours, causes, canned answers, and legal rights."""
