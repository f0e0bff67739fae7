"""What a run reads: which streams, in which order and pieces, from when on, and what it concludes."""
