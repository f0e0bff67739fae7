"""Definitions to begin with, from what the PSA has promised and what history reached."""
