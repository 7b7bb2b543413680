"""Stage 2: what the owner wants to have recorded, for how much, and by whom it may be taken."""
