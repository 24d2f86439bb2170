"""Customers: contacts, orders, and the verification of who is writing."""
