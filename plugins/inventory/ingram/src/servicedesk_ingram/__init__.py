"""Ingram Micro for servicedesk: the connector, and beside it a sandbox of the vendor's Reseller API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_ingram.connector import Ingram
    from servicedesk_ingram.settings import IngramSettings

__all__ = ["Ingram", "IngramSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Ingram":
        from servicedesk_ingram.connector import Ingram  # noqa: PLC0415

        return Ingram
    if name == "IngramSettings":
        from servicedesk_ingram.settings import IngramSettings  # noqa: PLC0415

        return IngramSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
