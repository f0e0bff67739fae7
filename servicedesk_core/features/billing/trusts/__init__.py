"""Whose documents go into a ledger without a look at each."""
