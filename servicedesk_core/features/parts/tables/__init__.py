"""How the shelf, and what was taken from it, are read from the store."""
