"""Pages and tables for people, built from the store. The same numbers for the terminal, JSON and HTML."""
