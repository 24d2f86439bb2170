"""What a message says, by rules: facts, alarms, emotion, severity, and the choice it makes."""
