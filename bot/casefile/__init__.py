"""The packet: everything about a case that an agent is shown."""
