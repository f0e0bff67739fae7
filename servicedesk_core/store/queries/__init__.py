"""What the faces read: plain data, ready to show."""
