"""The background: RQ, and nothing that decides."""
