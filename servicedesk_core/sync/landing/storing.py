"""From a batch of raw records to rows: map what is new, store it with everything that follows from it.

Two steps, so that no write lock is held while a connector maps: :meth:`Landing.prepare` on a reader's snapshot,
:meth:`Landing.land` inside the caller's write transaction. Nobody else writes a connection's records in between: that
is what the lease is for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep
from typing import Final, Self, cast

from servicedesk_core.domain import EventSource, TicketEvent
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks.capabilities import StreamCapability
from servicedesk_core.ports import KEEP_ALL_RAW, RawPolicy
from servicedesk_core.store import Tx, erased_people, issues, quarantine, records
from servicedesk_core.store.bulk import NOBODY, By
from servicedesk_core.store.erased_people import ErasedPeople
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.raws import Packed, pack
from servicedesk_core.store.records import Incoming
from servicedesk_core.sync.connection import Calls, Mapper
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.sync.landing.derived import is_same_record, land_stated, observed, store_events
from servicedesk_core.sync.landing.excluded_companies import sort_out, withhold
from servicedesk_core.sync.landing.excluder import Excluder
from servicedesk_core.sync.landing.intake import Arrived
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.landing.superseding import supersede, untold
from servicedesk_core.sync.names import EVENTS, REMAP, TICKETS

GIVE_WAY_EVERY: Final = 16
"""Records after which a computing thread lets others run. The thread that fetches pages wants a moment for every piece
of a body; the interpreter makes it wait five milliseconds each time, a page a third of a second. A single record never
gives way: it may be on its way under the write lock."""


ANOTHER_RECORD: Final = "The mapping made another record of it (other id or stream)."
"""Why a record is in quarantine that was mapped to one of another id."""

LEFT_OUT: Final = "left_out"
"""Why a record is gone that was a part of another, which holds it no more."""


@dataclass(frozen=True, slots=True)
class Landing:
    """How the records of one stream of one connection are stored.

    Attributes:
        source_id: The connection in the store.
        stream: Name of the stream.
        mapper: What a raw record means.
        version: The mapping's version.
        raw: Which payloads are kept.
        excluder: What must not be stored.
        parts: Streams whose records are a part of these.
        observes: Whether ticket events are derived from successive states: not where the source tells them itself.
    """

    source_id: int
    stream: str
    mapper: Mapper
    version: str
    raw: RawPolicy = KEEP_ALL_RAW
    observes: bool = True
    excluder: Excluder | None = None
    parts: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        source_id: int,
        stream: str,
        calls: Calls,
        *,
        capabilities: Iterable[StreamCapability],
        exclusions: Exclusions,
        raw: RawPolicy,
        erased: ErasedPeople,
    ) -> Self:
        """Return how the records of a stream are stored, as connector and configuration want it.

        Args:
            source_id: The connection in the store.
            stream: Name of the stream.
            calls: The connection.
            capabilities: What its connector can do with each stream.
            exclusions: What the configuration forbids to store.
            raw: Which payloads it keeps.
            erased: People who were erased.
        """
        described = tuple(capabilities)
        folds = any(capability.folds_into == TICKETS for capability in described)
        return cls(
            source_id,
            stream,
            calls.mapper(stream),
            calls.mapping_version(stream) + exclusions.mark(stream),
            raw=raw,
            observes=not folds and EVENTS not in exclusions.streams,
            excluder=Excluder(stream, exclusions, erased, keeps_raw=raw.keeps_any),
            parts=tuple(capability.stream for capability in described if capability.part_of == stream),
        )

    def prepare(
        self, tx: Tx, arrived: Iterable[Arrived], rejected: Iterable[Rejected] = (), *, force: bool = False
    ) -> Prepared:
        """Look up what is known, and map the rest. Of an id that came more than once the last one counts.

        Args:
            tx: A snapshot to read from.
            arrived: Records that may be stored.
            rejected: Records that were refused before.
            force: Map also what has not changed.
        """
        newest = {record.external_id: record for record in arrived}
        ready = Prepared(newest, rejected=list(rejected))
        ready.known = records.known(tx, self.source_id, self.stream, newest)
        excluder = self.excluder or None  # asked once: it is not for nothing
        for number, (external_id, record) in enumerate(newest.items()):
            if number and not number % GIVE_WAY_EVERY:
                sleep(0)
            known = ready.known.get(external_id)
            if (
                known is not None
                and known.raw_hash == record.packed.hash
                and known.mapping_version == self.version
                and not known.gone
                and not force
            ):
                ready.unchanged += 1
                ready.understood.append(external_id)
            else:
                self._map(record, ready, excluder)
        if excluder is not None:
            self._withhold(tx, ready, excluder)
        return ready

    def _withhold(self, tx: Tx, ready: Prepared, excluder: Excluder) -> None:
        """Take out what must not be stored, and what nobody can say about whether it may."""
        if excluder.erased:  # another stream of this run may have met tickets of theirs
            excluder = replace(excluder, erased=erased_people.load(tx, self.source_id))
        incoming: list[Incoming] = []
        for row in ready.incoming:
            if excluder.withholds(row.entity):
                ready.withheld.append(row.entity.external_id)
                continue
            if self.stream == TICKETS and excluder.erased.is_about(row.entity):
                ready.theirs.append(row.entity.external_id)
            entity, is_hidden = excluder.blanked(row.entity)
            packed = cast("Packed", row.raw)
            safe = None if is_hidden or row.entity.external_id in ready.hidden else packed
            if safe is not None and excluder.exclusions.fields.get(self.stream):
                stripped = pack(excluder.strip(ready.arrived[entity.external_id].raw))
                safe = stripped._replace(hash=packed.hash)
            incoming.append(row._replace(entity=entity, raw=safe))
        ready.incoming = incoming
        ready.issues = {external_id: excluder.issues(found) for external_id, found in ready.issues.items()}
        if excluder.exclusions.companies:
            sort_out(tx, self.source_id, excluder.exclusions.companies, ready)
        for external_id in ready.withheld:
            ready.arrived.pop(external_id, None)
        ready.rejected = [row._replace(raw=excluder.quarantined(row.raw)) for row in ready.rejected]

    def _map(self, record: Arrived, ready: Prepared, excluder: Excluder | None) -> None:
        try:
            mapped = self.mapper(excluder.strip(record.raw) if excluder is not None else record.raw)
        except MappingError as error:
            ready.rejected.append(Rejected(record.external_id, record.raw, error.message))
            return
        entity = mapped.entity
        if entity.external_id != record.external_id or entity.stream != self.stream:
            ready.rejected.append(Rejected(record.external_id, record.raw, ANOTHER_RECORD))
            return
        ready.incoming.append(Incoming(entity, record.packed, record.packed.hash, self.version))
        ready.understood.append(record.external_id)
        if mapped.issues:
            ready.issues[record.external_id] = mapped.issues
        for other in mapped.also:
            if excluder is not None:
                if excluder.withholds(other):
                    ready.hidden.add(record.external_id)
                    continue
                other, is_hidden = excluder.blanked(other)  # noqa: PLW2901
                if is_hidden:
                    ready.hidden.add(record.external_id)
            stated = ready.also.setdefault(other.stream, {})
            earlier = stated.get(other.external_id)
            if earlier is not other and (earlier is None or not is_same_record(earlier, other)):
                stated[other.external_id] = other

    def land(
        self,
        tx: Tx,
        ready: Prepared,
        *,
        mode: str,
        now: datetime,
        unchanged_until: datetime | None = None,
        origin: str = "pull",
        by: By = NOBODY,
    ) -> Landed:
        """Store a prepared batch.

        Args:
            tx: A write transaction.
            ready: What :meth:`prepare` made of the batch.
            mode: What brought it; part of the changes feed.
            now: When it was read.
            unchanged_until: See :func:`servicedesk_core.sync.landing.observe.changes`.
            origin: Who says so, for the changes feed.
            by: Who made the changes and with which write of ours, for the same.
        """
        applied = records.apply(
            tx,
            self.source_id,
            self.stream,
            ready.incoming,
            known=ready.known,
            mode=mode,
            now=now,
            raw=self.raw,
            origin=origin,
            by=by,
        )
        if self.stream == TICKETS and self.observes and mode != REMAP:
            told = observed(tx, self.source_id, applied, mode=mode, now=now, unchanged_until=unchanged_until)
            store_events(tx, self.source_id, untold(tx, self.source_id, told), mode=mode, now=now)
        revisions = {record.external_id: token for record in ready.arrived.values() if (token := record.revision)}
        records.put_revisions(tx, self.source_id, self.stream, revisions)
        for stream, entities in ready.also.items():
            land_stated(tx, self.source_id, stream, list(entities.values()), mode=mode, now=now)
        self._supersede(tx, ready, mode, now)
        for stream in self.parts:
            wholes = [row.entity.external_id for row in ready.incoming]
            held = records.parts_of(tx, self.source_id, stream, self.stream, wholes)
            lost = [ref for ref in held if ref not in ready.also.get(stream, {})]
            records.mark_gone(tx, self.source_id, stream, lost, reason=LEFT_OUT, mode=mode, now=now)
        if ready.theirs:
            erased_people.add(tx, self.source_id, [(erased_people.TICKET, ref) for ref in ready.theirs])
        if ready.withheld:
            withhold(tx, self.source_id, self.stream, ready.withheld, now=now)
        unfit = {row.entity.external_id: error.message for row, error in applied.rejected}
        late = [Rejected(i, ready.arrived[i].raw, reason) for i, reason in unfit.items()]
        if self.excluder:
            late = [row._replace(raw=self.excluder.quarantined(row.raw)) for row in late]
        rejected = [*ready.rejected, *late]
        quarantine.release(tx, self.source_id, self.stream, ready.understood)
        quarantine.put(tx, self.source_id, self.stream, rejected, now, below=ready.below)
        stored = [row.entity.external_id for row in ready.incoming if row.entity.external_id not in unfit]
        issues.note(tx, self.source_id, self.stream, stored, ready.issues)
        return Landed(
            new=len(applied.created),
            changed=len(applied.changed) + len(applied.restored),
            unchanged=ready.unchanged + applied.unchanged,
            quarantined=len(rejected),
        )

    def _supersede(self, tx: Tx, ready: Prepared, mode: str, now: datetime) -> None:
        """Let histories that came take the place of what was observed."""
        came = (row.entity for row in ready.incoming) if self.stream == EVENTS else ready.also.get(EVENTS, {}).values()
        told = {
            event.ticket_ref for event in cast("Iterable[TicketEvent]", came) if event.source is EventSource.HISTORY
        }
        if told:
            supersede(tx, self.source_id, told, mode=mode, now=now)
