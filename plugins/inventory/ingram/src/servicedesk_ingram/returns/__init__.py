"""Returns: opened, found again, and followed to the agreed credit."""
