"""Talking to the vendor's interface."""
