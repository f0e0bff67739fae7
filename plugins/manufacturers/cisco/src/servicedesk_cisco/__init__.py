"""Cisco for servicedesk: the connector, and beside it a sandbox of the vendor's Support APIs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_cisco.connector import Cisco
    from servicedesk_cisco.settings import CiscoSettings

__all__ = ["Cisco", "CiscoSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Cisco":
        from servicedesk_cisco.connector import Cisco  # noqa: PLC0415

        return Cisco
    if name == "CiscoSettings":
        from servicedesk_cisco.settings import CiscoSettings  # noqa: PLC0415

        return CiscoSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
