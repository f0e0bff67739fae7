"""Reading streams and single records."""
