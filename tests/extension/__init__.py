"""The extension: its rules in Node, its behaviour in a real Chromium."""
