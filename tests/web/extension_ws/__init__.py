"""The extension's socket."""
