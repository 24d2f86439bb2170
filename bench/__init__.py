"""Benchmarks: all of Regalo beside Rasa's own starter project, measured in one run."""
