"""Where a worker stands: level and narration by a rule, and suspensions."""
