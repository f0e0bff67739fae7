"""Reports that come again: of a day, a week, a month, a quarter, or of one client."""
