"""The work of those jobs that belong to claims, warranty, the desk page and the store's upkeep."""
