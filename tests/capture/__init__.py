"""What the browser sends."""
