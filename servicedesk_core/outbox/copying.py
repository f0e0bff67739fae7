"""Bringing a written record back into the store, so that the next sync sees an echo and no change."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Self

from servicedesk_core.config import ConnectionSettings
from servicedesk_core.domain import Entity
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.ports import KEEP_ALL_RAW, Clock, RawPolicy
from servicedesk_core.store import Store, Tx, erased_people, leases, records, sources
from servicedesk_core.store.bulk import By
from servicedesk_core.sync.exclusions import NOTHING, Exclusions
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.storing import Landing
from servicedesk_core.sync.names import DELETED

WRITE: Final = "write"
"""``origin`` and ``mode`` in the changes feed of what a write of ours brought."""


@dataclass(frozen=True, slots=True)
class Copier:
    """Reads records and stores them like pulled ones.

    Attributes:
        store: The desk's store.
        clock: The time.
        raw: Connection to its policy for payloads.
        exclusions: Connection to what must never be stored of it.
    """

    store: Store
    clock: Clock
    raw: dict[str, RawPolicy]
    exclusions: dict[str, Exclusions] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, clock: Clock, connections: Mapping[str, ConnectionSettings]) -> Self:
        """Return what stores records as the configuration of their connections wants them."""
        excluded = {
            name: Exclusions.of(one.exclude.streams, one.exclude.companies, one.exclude.fields)
            for name, one in connections.items()
        }
        return cls(store, clock, {name: one.raw for name, one in connections.items()}, excluded)

    async def fetch(self, calls: ConnectorCalls, stream: str, ref: str) -> FetchOutcome:
        """Read one record from its vendor.

        Raises:
            ConnectorError: The vendor could not be asked.
        """
        outcome = FetchOutcome(ref, FetchStatus.FAILED, reason="no answer")
        async with aclosing(calls.fetch_records(stream, [ref])) as answers:
            async for one in answers:
                outcome = one
        return outcome

    def entity(self, calls: ConnectorCalls, stream: str, record: SourceRecord) -> Entity | None:
        """Return what a record means, or ``None`` when it cannot be understood."""
        try:
            return calls.mapper(stream)(record.raw or {}).entity
        except MappingError:
            return None

    async def land(self, calls: ConnectorCalls, stream: str, records: Sequence[SourceRecord], by: By) -> bool:
        """Store records; return ``False`` when the connection is being pulled now, which would undo it.

        A pull maps a page first and stores it later, and relies on nobody storing the same records in between. So
        nothing is stored while one runs; the lock on its lease keeps one from beginning before this is done.
        """
        intake = take_in(records)
        now = self.clock.now()

        def work(tx: Tx) -> bool:
            if leases.is_held(tx, leases.pulls_of(calls.connection)):
                return False
            landing = self._landing(tx, calls, stream)
            ready = landing.prepare(tx, intake.arrived, intake.rejected)
            landing.land(tx, ready, mode=WRITE, now=now, origin=WRITE, by=by)
            return True

        return await self.store.write(work)

    async def let_go(self, calls: ConnectorCalls, stream: str, ref: str) -> bool:
        """Mark a record as gone that was deleted by a write; return ``False`` while the connection is being pulled."""

        def work(tx: Tx) -> bool:
            if leases.is_held(tx, leases.pulls_of(calls.connection)):
                return False
            source = sources.id_of(tx, calls.connection)
            records.mark_gone(tx, source, stream, [ref], reason=DELETED, mode=WRITE, now=self.clock.now(), origin=WRITE)
            return True

        return await self.store.write(work)

    def _landing(self, tx: Tx, calls: ConnectorCalls, stream: str) -> Landing:
        source = sources.get(tx, calls.connection)
        return Landing.of(
            source.id,
            stream,
            calls,
            capabilities=calls.describe_capabilities().streams,
            exclusions=self.exclusions.get(calls.connection, NOTHING),
            raw=self.raw.get(calls.connection, KEEP_ALL_RAW),
            erased=erased_people.load(tx, source.id),
        )
