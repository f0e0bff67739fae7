"""Lenovo for servicedesk: the connector, and beside it a sandbox of the vendor's Support API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_lenovo.connector import Lenovo
    from servicedesk_lenovo.settings import LenovoSettings

__all__ = ["Lenovo", "LenovoSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Lenovo":
        from servicedesk_lenovo.connector import Lenovo  # noqa: PLC0415

        return Lenovo
    if name == "LenovoSettings":
        from servicedesk_lenovo.settings import LenovoSettings  # noqa: PLC0415

        return LenovoSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
