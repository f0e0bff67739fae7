"""Documents and customers that are made, and documents that are taken back."""
