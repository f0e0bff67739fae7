"""What clients read of their tickets behind a link, and how they say that it went."""
