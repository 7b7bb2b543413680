"""The ledger and the payouts."""
