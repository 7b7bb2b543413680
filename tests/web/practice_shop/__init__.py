"""The practice shop."""
