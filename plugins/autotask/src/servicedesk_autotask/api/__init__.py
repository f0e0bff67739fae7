"""Talking to the vendor: zone, credentials, error table, queries. Knows nothing of the domain."""
