"""How long clients put up with waiting: what they say, whether they come back with the same, and whether they stay."""
