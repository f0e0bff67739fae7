"""What would be billed for a period: documents of which every line can be traced, and what is on none, and why."""
