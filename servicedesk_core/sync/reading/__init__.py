"""One pass over a stream: pages fetched ahead, checked, made into batches, with a position that is saved."""
