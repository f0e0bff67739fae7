"""Orders of parts: what is ordered for which ticket, within which limits, where it is, and what has come."""
