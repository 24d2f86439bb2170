"""Sessions, transactions and migrations, on SQLite and on PostgreSQL."""
