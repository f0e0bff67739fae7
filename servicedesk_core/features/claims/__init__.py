"""Claims against manufacturers: proposed, drafted, checked, sent through the one write path, followed to the money."""
