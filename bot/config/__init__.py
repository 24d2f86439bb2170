"""The settings and the company's files: read once, checked, and refused with a clear error."""
