"""What the store keeps of covers, and the lists that are read from it."""
