"""Stage 11."""
