"""The floor that all stages stand on."""
