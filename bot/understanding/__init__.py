"""What a message says: facts, escalation, emotion, severity, and which alternative it means."""
