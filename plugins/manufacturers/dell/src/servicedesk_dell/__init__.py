"""Dell for servicedesk: the connector, and beside it a sandbox of the vendor's warranty and dispatch interfaces."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_dell.connector import Dell
    from servicedesk_dell.settings import DellSettings

__all__ = ["Dell", "DellSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Dell":
        from servicedesk_dell.connector import Dell  # noqa: PLC0415

        return Dell
    if name == "DellSettings":
        from servicedesk_dell.settings import DellSettings  # noqa: PLC0415

        return DellSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
