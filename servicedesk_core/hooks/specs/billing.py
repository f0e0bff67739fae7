"""Hooks of the billing family (provisional)."""


class BillingSpecs:
    """Provisional: no compatibility promise until two connectors pass its suite."""
