"""QuickBooks Online for servicedesk: the connector, and beside it a sandbox of the interface."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_quickbooks.connector import QuickBooks
    from servicedesk_quickbooks.settings import QuickBooksSettings

__all__ = ["QuickBooks", "QuickBooksSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "QuickBooks":
        from servicedesk_quickbooks.connector import QuickBooks  # noqa: PLC0415

        return QuickBooks
    if name == "QuickBooksSettings":
        from servicedesk_quickbooks.settings import QuickBooksSettings  # noqa: PLC0415

        return QuickBooksSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
