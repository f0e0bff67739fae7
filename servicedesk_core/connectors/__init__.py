"""Connectors that come with the core."""
