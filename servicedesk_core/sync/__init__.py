"""Pulling: what to read, in which order, how far it got, and what follows from it."""
