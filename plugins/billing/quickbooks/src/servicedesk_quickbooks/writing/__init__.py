"""Documents and customers that are made, found again, and taken back."""
