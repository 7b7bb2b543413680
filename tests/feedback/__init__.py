"""What people say, and the answers."""
