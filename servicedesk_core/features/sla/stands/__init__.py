"""How the promises on open tickets stand, one by one, and those that were decided."""
