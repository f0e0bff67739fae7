"""The desk page: what is open, whose it is, how old it is, and what somebody should look at."""
