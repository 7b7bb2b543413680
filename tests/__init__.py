"""The tests: a folder per stage, and journeys through all of them."""
