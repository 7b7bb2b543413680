"""Stage 1: people, their roles, and the audit of what they did."""
