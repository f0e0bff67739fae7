"""What is covered."""
