"""How what is not billed is found in the store, and what was decided about it."""
