"""Pages that are made by hand: one ticket, what somebody looks for, and a technician's own day."""
