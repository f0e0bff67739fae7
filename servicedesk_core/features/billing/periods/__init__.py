"""Months that take no new documents."""
