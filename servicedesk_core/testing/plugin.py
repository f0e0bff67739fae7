"""Pytest plugin: fixtures for authors of connectors."""
