"""The dialogue engine as seen from outside: its client, and the environment it runs in."""
