"""HPE for servicedesk: the connector, and beside it a sandbox of the vendor's Warranty Check API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_hpe.connector import Hpe
    from servicedesk_hpe.settings import HpeSettings

__all__ = ["Hpe", "HpeSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Hpe":
        from servicedesk_hpe.connector import Hpe  # noqa: PLC0415

        return Hpe
    if name == "HpeSettings":
        from servicedesk_hpe.settings import HpeSettings  # noqa: PLC0415

        return HpeSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
