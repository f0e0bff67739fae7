"""This moment: who is there, and what comes next."""
