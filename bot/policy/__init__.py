"""The compensation policy: its model, its file, and the pure decision on a case."""
