"""Stage 5: attempts at a scenario, and the submission that one of them ends in."""
