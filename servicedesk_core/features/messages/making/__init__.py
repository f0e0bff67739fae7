"""From what happened to what a client reads: noticed, made, let, and carried."""
