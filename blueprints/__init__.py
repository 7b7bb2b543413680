"""The web: Flask, and nothing that decides."""
