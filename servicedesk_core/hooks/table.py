"""Every hook by name, read from the spec classes."""

import inspect
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_origin

from servicedesk_core.hooks.markers import PROJECT
from servicedesk_core.hooks.specs.announcements import AnnouncementSpecs
from servicedesk_core.hooks.specs.billing import BillingSpecs
from servicedesk_core.hooks.specs.calendar import CalendarSpecs
from servicedesk_core.hooks.specs.connection import ConnectionSpecs
from servicedesk_core.hooks.specs.crm import CrmSpecs
from servicedesk_core.hooks.specs.knowledge import KnowledgeSpecs
from servicedesk_core.hooks.specs.parts import PartsSpecs
from servicedesk_core.hooks.specs.router import RouterSpecs
from servicedesk_core.hooks.specs.ticket_sync import TicketSyncSpecs
from servicedesk_core.hooks.specs.warranty import WarrantySpecs
from servicedesk_core.hooks.specs.webhooks import WebhookSpecs

FAMILIES: tuple[type, ...] = (
    ConnectionSpecs,
    TicketSyncSpecs,
    WarrantySpecs,
    PartsSpecs,
    BillingSpecs,
    CalendarSpecs,
    RouterSpecs,
    CrmSpecs,
    KnowledgeSpecs,
    WebhookSpecs,
    AnnouncementSpecs,
)
"""The spec classes; the last one is broadcast, all others are addressed to one connection."""


class Form(StrEnum):
    """How a hook must be written."""

    COROUTINE = "async def"
    STREAM = "async def with yield"
    PLAIN = "def"


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook.

    Attributes:
        name: Its name.
        family: The spec class that declares it.
        form: How it must be written.
        arguments: Names of its arguments, without ``self``.
        is_broadcast: Whether everybody hears it; else it is addressed to one connection.
        function: The spec itself.
    """

    name: str
    family: type
    form: Form
    arguments: tuple[str, ...]
    is_broadcast: bool
    function: Any

    @property
    def signature(self) -> str:
        """How to write it, for messages."""
        return (
            f"{'async ' if self.form is not Form.PLAIN else ''}def {self.name}({', '.join(('self', *self.arguments))})"
        )


def form_of(function: Any) -> Form:
    """Return how a function is written; one that says it returns an async iterator counts as a stream."""
    function = inspect.unwrap(function)
    if inspect.isasyncgenfunction(function):
        return Form.STREAM
    if inspect.iscoroutinefunction(function):
        return Form.COROUTINE
    returns = getattr(function, "__annotations__", {}).get("return")
    origin = returns if isinstance(returns, str) else get_origin(returns)
    if isinstance(origin, str):
        return Form.STREAM if origin.startswith(("AsyncIterator[", "AsyncGenerator[")) else Form.PLAIN
    return Form.STREAM if isinstance(origin, type) and issubclass(origin, AsyncIterator) else Form.PLAIN


def _hooks_of(family: type) -> list[Hook]:
    return [
        Hook(
            name=name,
            family=family,
            form=form_of(function),
            arguments=tuple(inspect.signature(function).parameters)[1:],
            is_broadcast=family is AnnouncementSpecs,
            function=function,
        )
        for name, function in vars(family).items()
        if hasattr(function, f"{PROJECT}_spec")
    ]


HOOKS: dict[str, Hook] = {hook.name: hook for family in FAMILIES for hook in _hooks_of(family)}
"""Every hook by name."""
