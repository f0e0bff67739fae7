"""From a batch of raw records to rows: what is taken in, what may not be stored, what follows from it."""
