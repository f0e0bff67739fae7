"""Pages that stay current: one reader of what is newest for each process, and one stream for each open page."""
