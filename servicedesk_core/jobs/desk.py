"""What the work of a job may use of the desk. Jobs know no more of it, so that the desk can stand on them.

What only some work uses, such as the claims of a desk, is a protocol beside that work.
"""

from collections.abc import Mapping
from typing import Protocol, Self

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.faces.feature import Feature
from servicedesk_core.jobs.job import Job
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.people import Actor
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, Tx
from servicedesk_core.sync.report import SyncReport


class JobDesk(Protocol):
    """An open desk as its jobs see it; :class:`servicedesk_core.ServiceDesk` is one, and says what each part does."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets."""

    @property
    def secrets(self) -> Secrets:
        """Resolves secret references."""

    @property
    def store(self) -> Store:
        """The desk's own database."""

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """Ours, and those of others that can be used."""

    @property
    def known_jobs(self) -> Mapping[str, Job]:
        """Its jobs by name."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""

    def people_in(self, tx: Tx) -> object:
        """Look who works with the desk now, for whoever acts from then on."""

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return the same desk as somebody else acts on it."""

    async def sync(self, connection: str | None = None) -> SyncReport:
        """Bring the store up to date with one connection."""

    async def disconnect(self, connection: str) -> None:
        """Close a connection, so that its next use opens it again."""
