"""Reading: passes over a stream, and the search for a part."""
