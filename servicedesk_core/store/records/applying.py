"""What comes in: the one function that stores records, and the one that marks them as gone. Both tell the feed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import eq
from typing import Any, NamedTuple

from sqlalchemy import Connection

from servicedesk_core.domain import STREAMS, Asset, Entity, TicketEvent
from servicedesk_core.domain.names import is_same_name
from servicedesk_core.errors import MappingError
from servicedesk_core.ports import KEEP_ALL_RAW, RawPolicy
from servicedesk_core.store import bulk, cover, histories, issues
from servicedesk_core.store.changes import QUIET_MODES
from servicedesk_core.store.codec import Codec, Encoded, codec_of
from servicedesk_core.store.fields import from_us, to_json, to_us
from servicedesk_core.store.raws import Packed, pack, remember_shapes
from servicedesk_core.store.records.stored import Known, known, table_of

_UNIQUE = "source_id, external_id"


class Incoming(NamedTuple):
    """A record that came in.

    Attributes:
        entity: What it means.
        raw: Its payload, packed (:func:`servicedesk_core.store.raws.pack`) or not; ``None`` when there is none.
        raw_hash: The payload's hash; ``None`` lets the store compute it.
        mapping_version: Mapping that it was mapped with.
    """

    entity: Entity
    raw: Packed | Mapping[str, Any] | None
    raw_hash: bytes | None
    mapping_version: str


class Changed(NamedTuple):
    """A record whose content changed, or that came back.

    Attributes:
        local_id: The desk's own id.
        before: As it was stored.
        after: As it is stored now.
        fields: Names of the fields that differ.
    """

    local_id: int
    before: Entity
    after: Entity
    fields: tuple[str, ...]


@dataclass(slots=True)
class Applied:
    """What a batch did.

    Attributes:
        created: New records with the desk's ids.
        changed: Records whose content changed.
        restored: Records that were gone and are back.
        unchanged: Records whose content was the same.
        rejected: Records that do not fit into the store, for the quarantine; the others were stored.
    """

    created: list[tuple[int, Entity]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    restored: list[Changed] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[tuple[Incoming, MappingError]] = field(default_factory=list)


def apply(
    tx: Connection,
    source_id: int,
    stream: str,
    rows: Sequence[Incoming],
    *,
    known: Mapping[str, Known] | None = None,
    mode: str,
    now: datetime,
    origin: str = "pull",
    by: bulk.By = bulk.NOBODY,
    raw: RawPolicy = KEEP_ALL_RAW,
    keeps_spelling: bool = False,
) -> Applied:
    """Store what came in: insert the new, compare and update the known, write the changes feed.

    Of two rows with one id the last wins. A ticket whose new ``status_category`` is ``None`` keeps the one it had.
    A record that was gone is restored. A record that does not fit is returned in ``rejected``; the others are stored.

    Args:
        tx: A write transaction.
        source_id: Whose records.
        stream: Of which stream.
        rows: The records.
        known: What :func:`known` said about them, if the caller has it; may be out of date.
        mode: What brought them, for the feed: ``incremental``, ``backfill``, ``reconcile``, ``by_ids``, ``remap`` …
        now: When the desk learned it.
        origin: Who says so, for the feed.
        by: Who made the changes and with which write of ours, for the feed.
        raw: Which payloads are kept.
        keeps_spelling: Whether a text that looks as the stored one does counts as the same; the stored one stays.
    """
    is_same = is_same_name if keeps_spelling else eq
    batch = _Batch(tx, source_id, stream, mode=mode, origin=origin, by=by, now=to_us(now), raw=raw, is_same=is_same)
    return batch.apply(rows, known)


_Ready = tuple[Incoming, Encoded]
"""A record with its payload packed, and its row."""


class _Batch:
    """One call of :func:`apply`."""

    def __init__(
        self,
        tx: Connection,
        source_id: int,
        stream: str,
        *,
        mode: str,
        origin: str,
        by: bulk.By,
        now: int,
        raw: RawPolicy,
        is_same: Callable[[Any, Any], bool],
    ) -> None:
        self.tx = tx
        self.source_id = source_id
        self.stream = stream
        self.table = table_of(stream)
        self.codec: Codec = codec_of(STREAMS[stream])
        self.derives = self.codec.category_at is not None
        self.mode = mode
        self.origin = origin
        self.by = by
        self.now = now
        self.keeps_raw = raw.days != 0
        self.is_same = is_same
        self.done = Applied()
        self.feed: list[bulk.Told] = []

    def apply(self, rows: Sequence[Incoming], known_before: Mapping[str, Known] | None) -> Applied:
        ready = self._ready(rows)
        if known_before is None:
            known_before = known(self.tx, self.source_id, self.stream, ready)
        if self.keeps_raw:
            remember_shapes(self.tx, (row.raw for row, _ in ready.values() if isinstance(row.raw, Packed)))
        late = self._insert({i: r for i, r in ready.items() if i not in known_before})
        self._compare({known_before[i].local_id: r for i, r in ready.items() if i in known_before} | late)
        self._tell_who_lost()
        bulk.append_changes(self.tx, self.feed)
        if self.stream == Asset.stream:
            self._name_assets()
        elif self.stream == TicketEvent.stream:
            self._follow_histories()
        return self.done

    def _tell_who_lost(self) -> None:
        """Tell that a ticket changed when what was about it is about another one: nothing else names it any more."""
        lost: set[str] = set()
        for one in (*self.done.changed, *self.done.restored):
            if not {"ticket_ref", "ticket_refs"}.isdisjoint(one.fields):
                lost |= _tickets_of(one.before) - _tickets_of(one.after)
        for ref, ticket in known(self.tx, self.source_id, "tickets", lost).items() if lost else ():
            told = ("tickets", ticket.local_id, self.source_id, ref, "changed", self.origin, self.mode, self.now)
            self.feed.append(bulk.Told(*told))

    def _follow_histories(self) -> None:
        """Keep of which tickets the whole past is known."""
        news = [*self.done.changed, *self.done.restored]
        told = [entity for _, entity in self.done.created] + [one for new in news for one in (new.before, new.after)]
        histories.follow(self.tx, self.source_id, [event for event in told if isinstance(event, TicketEvent)])

    def _name_assets(self) -> None:
        """Let covers find their assets, and not those that a corrected serial number was another's."""
        news = [*self.done.changed, *self.done.restored]
        landed = dict(self.done.created) | {one.local_id: one.after for one in news}
        assets = {local_id: entity for local_id, entity in landed.items() if isinstance(entity, Asset)}
        corrected = [one.local_id for one in news if {"serial_number", "manufacturer"} & set(one.fields)]
        cover.name_assets(self.tx, assets, corrected, from_us(self.now))

    def _ready(self, rows: Sequence[Incoming]) -> dict[str, _Ready]:
        ready: dict[str, _Ready] = {}
        encode = self.codec.encode
        for row in rows:
            try:
                encoded = encode(row.entity)
            except MappingError as error:
                self.done.rejected.append((row, error))
                continue
            if row.raw is not None and (row.raw_hash is None or not isinstance(row.raw, Packed)):
                packed = row.raw if isinstance(row.raw, Packed) else pack(row.raw)
                row = row._replace(raw=packed, raw_hash=row.raw_hash or packed.hash)  # noqa: PLW2901
            ready[row.entity.external_id] = row, encoded
        return ready

    def _row(self, local_id: int, external_id: str, ready: _Ready, first_seen: int) -> bulk.Row:
        (_, raw, raw_hash, mapping_version), (values, row_hash) = ready
        blob = raw.blob if self.keeps_raw and isinstance(raw, Packed) else None
        derived = self.codec.derived(values) if self.derives else ()
        return (
            local_id,
            self.source_id,
            external_id,
            raw_hash,
            row_hash,
            mapping_version,
            None,
            None,
            first_seen,
            self.now,
            *derived,
            *values,
            blob,
        )

    def _change(self, change: Changed, external_id: str, kind: str) -> None:
        told = (self.stream, change.local_id, self.source_id, external_id, kind, self.origin, self.mode, self.now)
        states = None if self.mode in QUIET_MODES or not change.fields else _states(change)
        self.feed.append(bulk.Told(*told, to_json(change.fields), *self.by, states))

    def _insert(self, ready: dict[str, _Ready]) -> dict[int, _Ready]:
        """Insert; return the rows, by local id, that somebody else inserted since ``known`` was asked."""
        if not ready:
            return {}
        ids = bulk.reserve_ids(self.tx, self.table, len(ready))
        rows = [self._row(i, key, row, self.now) for i, (key, row) in zip(ids, ready.items(), strict=True)]
        late: dict[int, _Ready] = {}
        if bulk.insert(self.tx, self.table, rows, unless=_UNIQUE) != len(rows):
            now_known = known(self.tx, self.source_id, self.stream, ready)
            own = set(ids)
            late = {k.local_id: ready[i] for i, k in now_known.items() if k.local_id not in own}
        missed = {row.entity.external_id for row, _ in late.values()}
        self.done.created += [
            (local_id, row.entity)
            for local_id, (external_id, (row, _)) in zip(ids, ready.items(), strict=True)
            if external_id not in missed
        ]
        bulk.append_created(self.tx, self.table, ids, origin=self.origin, mode=self.mode, at=self.now, by=self.by)
        return late

    def _compare(self, ready: dict[int, _Ready]) -> None:
        """Update the rows whose content differs; note new payloads of those that do not."""
        if not ready:
            return
        query = f"SELECT local_id, row_hash, gone_at FROM {self.table.name} WHERE local_id IN {{values}}"  # noqa: S608
        same: list[int] = []
        differs: list[int] = []
        for local_id, row_hash, gone_at in bulk.select_in(self.tx, query, None, ready):
            is_same = gone_at is None and row_hash == ready[local_id][1].row_hash
            (same if is_same else differs).append(local_id)
        self._replace(ready, differs, same)
        self.done.unchanged += len(same)
        if same:
            self._refresh({i: ready[i] for i in same})

    def _replace(self, ready: dict[int, _Ready], differs: list[int], same: list[int]) -> None:
        if not differs:
            return
        columns = ", ".join(f'"{n}"' for n in self.codec.names)
        query = (
            f"SELECT local_id, external_id, gone_at, first_seen_at, {columns} FROM {self.table.name} "  # noqa: S608
            "WHERE local_id IN {values}"
        )
        rows: list[bulk.Row] = []
        for local_id, external_id, gone_at, first_seen, *old in bulk.select_in(self.tx, query, None, differs):
            row = self._keep_spelling(self._keep_category(ready[local_id], old), old)
            incoming, (new, _) = row
            fields = tuple(n for n, a, b in zip(self.codec.names, old, new, strict=True) if not self.is_same(a, b))
            if not fields and gone_at is None:
                same.append(local_id)
                continue
            change = Changed(local_id, self.codec.decode(external_id, old), incoming.entity, fields)
            (self.done.changed if gone_at is None else self.done.restored).append(change)
            self._change(change, external_id, "changed" if gone_at is None else "restored")
            rows.append(self._row(local_id, external_id, row, first_seen))
        bulk.replace(self.tx, self.table, rows)

    def _keep_category(self, ready: _Ready, old: Sequence[Any]) -> _Ready:
        at = self.codec.category_at
        row, encoded = ready
        if at is None or old[at] is None or encoded.values[at] is not None:
            return ready
        before = self.codec.decode(row.entity.external_id, old)
        entity = row.entity.model_copy(update={"status_category": before.__dict__["status_category"]})
        return row._replace(entity=entity), self.codec.encode(entity)

    def _keep_spelling(self, ready: _Ready, old: Sequence[Any]) -> _Ready:
        if self.is_same is eq:
            return ready
        row, encoded = ready
        values = [a if self.is_same(a, b) else b for a, b in zip(old, encoded.values, strict=True)]
        entity = self.codec.decode(row.entity.external_id, values)
        return row._replace(entity=entity), self.codec.encode(entity)

    def _refresh(self, ready: dict[int, _Ready]) -> None:
        """Note what a row with the same content was last mapped from."""
        plain: list[bulk.Row] = []
        with_raw: list[bulk.Row] = []
        for local_id, (row, _) in ready.items():
            if isinstance(row.raw, Packed):
                blob = row.raw.blob if self.keeps_raw else None
                with_raw.append((row.raw_hash, row.mapping_version, blob, local_id))
            else:
                plain.append((row.raw_hash, row.mapping_version, local_id))
        bulk.update(self.tx, self.table, ("raw_hash", "mapping_version"), plain)
        bulk.update(self.tx, self.table, ("raw_hash", "mapping_version", "raw"), with_raw)


def _states(change: Changed) -> str:
    """Return what a record showed before and after in the fields that changed, as JSON."""
    fields = set(change.fields)
    # Told as it stands: a store's records are not validated again, and older ones may hold what no field takes today.
    before, after = (
        one.model_dump(mode="json", include=fields, warnings=False) for one in (change.before, change.after)
    )
    return to_json({field: (before[field], after[field]) for field in change.fields})


def _tickets_of(entity: Entity) -> set[str]:
    several = getattr(entity, "ticket_refs", ())
    one = getattr(entity, "ticket_ref", None)
    return {*several, *((one,) if one else ())}


def mark_gone(
    tx: Connection,
    source_id: int,
    stream: str,
    external_ids: Collection[str],
    *,
    reason: str,
    mode: str,
    now: datetime,
    origin: str = "pull",
) -> list[int]:
    """Mark live records as gone and tell the feed; return their local ids.

    Args:
        tx: A write transaction.
        source_id: Whose records.
        stream: Of which stream.
        external_ids: Which ones; unknown ids and those already gone are passed over.
        reason: Why, for people: ``deleted``, ``out_of_scope``, ``missing`` …
        mode: What found out, for the feed.
        now: When the desk learned it.
        origin: Who says so, for the feed.
    """
    table = table_of(stream)
    at = to_us(now)
    rows = [(k.local_id, i) for i, k in known(tx, source_id, stream, external_ids).items() if not k.gone]
    if not rows:
        return []
    bulk.mark_gone(tx, table, [local_id for local_id, _ in rows], reason=reason, at=at)
    if stream == TicketEvent.stream:
        histories.assess_events(tx, source_id, [local_id for local_id, _ in rows])
    issues.forget(tx, source_id, stream, [external_id for _, external_id in rows])
    bulk.append_changes(
        tx,
        [bulk.Told(stream, local_id, source_id, ref, "gone", origin, mode, at) for local_id, ref in rows],
    )
    return [local_id for local_id, _ in rows]
