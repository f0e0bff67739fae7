"""How the store is read for figures."""
