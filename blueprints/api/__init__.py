"""JSON for machines, under /api."""
