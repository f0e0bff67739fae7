"""Autotask PSA for servicedesk: the connector, and beside it a sandbox of the vendor's REST API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_autotask.connector import Autotask
    from servicedesk_autotask.settings import AutotaskSettings

__all__ = ["Autotask", "AutotaskSettings"]


def __getattr__(name: str) -> Any:
    # The sandbox lives in this package too and must not pay for the connector.
    if name == "Autotask":
        from servicedesk_autotask.connector import Autotask  # noqa: PLC0415

        return Autotask
    if name == "AutotaskSettings":
        from servicedesk_autotask.settings import AutotaskSettings  # noqa: PLC0415

        return AutotaskSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
