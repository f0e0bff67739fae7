"""Kit for authors of connectors."""
