"""What is covered, and the parts of a device."""
