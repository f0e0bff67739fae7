"""Xero for servicedesk: the connector, and beside it a sandbox of the Accounting API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_xero.connector import Xero
    from servicedesk_xero.settings import XeroSettings

__all__ = ["Xero", "XeroSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Xero":
        from servicedesk_xero.connector import Xero  # noqa: PLC0415

        return Xero
    if name == "XeroSettings":
        from servicedesk_xero.settings import XeroSettings  # noqa: PLC0415

        return XeroSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
