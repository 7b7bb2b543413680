"""The outside world: the real adapters and their local twins."""
