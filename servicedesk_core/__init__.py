"""servicedesk: an integration framework for managed service providers.

The names here are the public surface; each is imported when it is first used, so that ``import servicedesk_core``
stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_core.errors import ServiceDeskError as ServiceDeskError
    from servicedesk_core.features.tickets.model import TicketFilter as TicketFilter
    from servicedesk_core.hooks.connector import Connector as Connector
    from servicedesk_core.hooks.context import ConnectorContext as ConnectorContext
    from servicedesk_core.hooks.context import ConnectorSettings as ConnectorSettings
    from servicedesk_core.hooks.markers import API_VERSION as API_VERSION
    from servicedesk_core.hooks.markers import hookimpl as hookimpl
    from servicedesk_core.people import Actor as Actor
    from servicedesk_core.people import Way as Way
    from servicedesk_core.runtime.blocking import BlockingServiceDesk as BlockingServiceDesk
    from servicedesk_core.runtime.desk import ServiceDesk as ServiceDesk
    from servicedesk_core.store.queries.scope import Scope as Scope

__version__ = "0.1.0"

_HOME = {
    "API_VERSION": "servicedesk_core.hooks.markers",
    "Actor": "servicedesk_core.people",
    "BlockingServiceDesk": "servicedesk_core.runtime.blocking",
    "Connector": "servicedesk_core.hooks.connector",
    "ConnectorContext": "servicedesk_core.hooks.context",
    "ConnectorSettings": "servicedesk_core.hooks.context",
    "Scope": "servicedesk_core.store.queries.scope",
    "ServiceDesk": "servicedesk_core.runtime.desk",
    "ServiceDeskError": "servicedesk_core.errors",
    "TicketFilter": "servicedesk_core.features.tickets.model",
    "Way": "servicedesk_core.people",
    "hookimpl": "servicedesk_core.hooks.markers",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604  # every name is resolved by __getattr__


def __getattr__(name: str) -> Any:
    try:
        module = import_module(_HOME[name])
    except KeyError:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg) from None
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
