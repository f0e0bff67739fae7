"""Hooks of the warranty family (provisional)."""


class WarrantySpecs:
    """Provisional: no compatibility promise until two connectors pass its suite."""
