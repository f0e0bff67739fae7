"""Snipe-IT for servicedesk: the connector, and beside it a sandbox of the interface."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_snipeit.connector import SnipeIt
    from servicedesk_snipeit.settings import SnipeItSettings

__all__ = ["SnipeIt", "SnipeItSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "SnipeIt":
        from servicedesk_snipeit.connector import SnipeIt  # noqa: PLC0415

        return SnipeIt
    if name == "SnipeItSettings":
        from servicedesk_snipeit.settings import SnipeItSettings  # noqa: PLC0415

        return SnipeItSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
