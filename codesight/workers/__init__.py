"""Stage 3: from an invitation to a worker who has consented and has a level."""
