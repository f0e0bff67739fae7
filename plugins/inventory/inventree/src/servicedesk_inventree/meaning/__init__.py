"""What records mean."""
