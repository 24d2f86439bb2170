"""The channels: each verifies and parses what comes, and sends what goes out."""
