"""Agents and supervisors: accounts, sign-in sessions, presence."""
