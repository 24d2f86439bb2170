"""Regalo: the edge that customers talk to, and the domain behind it."""
