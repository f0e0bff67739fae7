"""Tells somebody, once, when a stream or a job fails or is silent, and once when it is well again."""
