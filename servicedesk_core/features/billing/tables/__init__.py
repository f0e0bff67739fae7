"""How work and money are read from the store."""
