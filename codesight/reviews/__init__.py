"""Stage 9: a person watches a submission and rates it."""
