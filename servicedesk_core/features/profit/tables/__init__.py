"""How what was earned and spent is read from the store."""
