"""How tickets are read from the tables of records."""
