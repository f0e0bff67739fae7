"""A draft of what could be promised, judged on what has happened. Nothing of it is kept."""
