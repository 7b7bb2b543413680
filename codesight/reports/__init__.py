"""Stage 13: what was reached and what it cost, and `books.py`, which checks that it adds up."""
