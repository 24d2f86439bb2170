"""The console: where agents and supervisors see the queue, the cases and the conversations."""
