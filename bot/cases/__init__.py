"""Complaints as cases: their life cycle, promises, private notes, history and search."""
