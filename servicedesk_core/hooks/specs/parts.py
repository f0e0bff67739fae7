"""Hooks of the parts family (provisional)."""


class PartsSpecs:
    """Provisional: no compatibility promise until two connectors pass its suite."""
