"""How open tickets stand, read from the tables of records."""
