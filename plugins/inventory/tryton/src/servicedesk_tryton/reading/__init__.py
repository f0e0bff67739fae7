"""What is read, and looked for."""
