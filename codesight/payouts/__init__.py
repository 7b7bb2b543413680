"""Stage 10: the ledger, what is due to whom, and how it is paid."""
