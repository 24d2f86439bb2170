"""The append-only ledger: entries, budgets, usage of limits, and the audit of all of it."""
