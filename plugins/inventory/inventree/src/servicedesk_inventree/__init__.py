"""InvenTree for servicedesk: the connector, and beside it a sandbox of the server."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_inventree.connector import InvenTree
    from servicedesk_inventree.settings import InvenTreeSettings

__all__ = ["InvenTree", "InvenTreeSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "InvenTree":
        from servicedesk_inventree.connector import InvenTree  # noqa: PLC0415

        return InvenTree
    if name == "InvenTreeSettings":
        from servicedesk_inventree.settings import InvenTreeSettings  # noqa: PLC0415

        return InvenTreeSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
