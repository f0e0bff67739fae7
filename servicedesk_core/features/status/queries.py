"""The state of the desk's data and jobs, from the store alone."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Manner, Namespace, query
from servicedesk_core.features.status import tables
from servicedesk_core.features.status.model import DeskStatus
from servicedesk_core.jobs.job import Job
from servicedesk_core.store import Store
from servicedesk_core.store.queries.scope import Scope


class OperatedDesk(ConfiguredDesk, Protocol):
    """A desk that says how it is configured and what it does by schedule."""

    @property
    def store(self) -> Store:
        """The desk's own database."""
        ...

    @property
    def known_jobs(self) -> Mapping[str, Job]:
        """Its jobs by name."""
        ...


class Status(Namespace[Manner]):
    """The state of the desk: ``desk.status()``."""

    desk: OperatedDesk

    @query(
        "status",
        about="Data and jobs of the desk.",
        needs=Capability.DESK_READ,
        page="servicedesk_core.features.status.pages:status",
    )
    def __call__(self, tx: Tx, *, scope: Scope | None = None) -> DeskStatus:
        """Show the desk's data and jobs.

        How complete and how old each stream is, what runs, and what needs a look. Asks no vendor. For one vendor
        see "servicedesk connections test"; for this machine see "servicedesk doctor".
        """
        desk = self.desk
        whole = tables.status(tx, desk.settings, desk.known_jobs, store=desk.store.name, now=desk.clock.now())
        return whole if scope is None else tables.scoped(tx, whole, scope)
