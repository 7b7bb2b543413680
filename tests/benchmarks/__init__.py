"""The figures that were promised, measured: `python -m tests.benchmarks [group…]`."""
