"""Definitions as texts: read and checked as a whole, compared, and written so that they read again to the same."""
