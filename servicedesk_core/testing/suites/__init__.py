"""Conformance suites, one for each family of hooks."""
