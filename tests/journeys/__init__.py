"""The whole journey, on real parts."""
