"""What stays connected."""
