"""Automatic quality."""
