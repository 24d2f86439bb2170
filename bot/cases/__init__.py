"""Complaints as cases: their life, promises, notes, audit trail and search."""
