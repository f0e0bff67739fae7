"""What is taken from stock and given back."""
