"""Tryton for servicedesk: the connector, and beside it a sandbox of the server."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_tryton.connector import Tryton
    from servicedesk_tryton.settings import TrytonSettings

__all__ = ["Tryton", "TrytonSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Tryton":
        from servicedesk_tryton.connector import Tryton  # noqa: PLC0415

        return Tryton
    if name == "TrytonSettings":
        from servicedesk_tryton.settings import TrytonSettings  # noqa: PLC0415

        return TrytonSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
