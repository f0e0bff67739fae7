"""How the tables of claims are read and changed."""
