"""Passes over the streams."""
