"""What people say about the work and the product, and what the owner answers."""
