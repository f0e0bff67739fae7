"""Who and what is which in a ledger, and the documents that are made of it."""
