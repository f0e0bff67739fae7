"""The search for a write whose answer got lost. What is not certain is inconclusive: a person decides."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_autotask.meaning import values as wire
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing import attachments, below, notes, service_calls, time_entries
from servicedesk_autotask.writing.checking import Values, number_of, target_of
from servicedesk_autotask.writing.comparing import differing, same
from servicedesk_autotask.writing.kinds import REFERENCE_FIELDS, SETTLE_S, entity_of, prefix_of, stream_of
from servicedesk_autotask.writing.making import Pulled
from servicedesk_autotask.writing.rows import all_rows
from servicedesk_autotask.writing.sender import last_touched, unchanged, whole
from servicedesk_core.domain import Entity
from servicedesk_core.hooks import (
    Capabilities,
    Clock,
    FindResult,
    Found,
    Inconclusive,
    Known,
    ProvenAbsent,
    ReconcilableBy,
    Write,
    WriteCapability,
    looked_for,
    marks,
)

_SKEW = timedelta(minutes=5)
"""How far the clocks of the vendor's servers may differ."""
_LATEST = timedelta(seconds=SETTLE_S) + _SKEW
"""How long after the attempt the vendor may have stored it."""
_MOST_CANDIDATES = 10
_SAME_HOURS = 0.01


class Finder:
    """Looks for writes of one connection.

    Args:
        api: The vendor.
        settings: The connection's settings.
        clock: The time.
        capabilities: What the connector says it can write.
        mapper: Gives the mapping by the newest lists.
        pulled: Returns a row of a stream as a pull brings it, with all that is folded in.
        author: Gives the resource that the API user is, where an earlier write showed it.
    """

    def __init__(
        self,
        api: Api,
        settings: AutotaskSettings,
        clock: Clock,
        *,
        capabilities: Capabilities,
        mapper: Callable[[], Mapper],
        author: Callable[[], Awaitable[int | None]],
        pulled: Pulled,
    ) -> None:
        self._api = api
        self._settings = settings
        self._clock = clock
        self._capabilities = capabilities
        self._mapper = mapper
        self._author = author
        self._pulled = pulled

    async def find(self, write: Write) -> FindResult:
        """Look for a write; see the hook ``find_write``."""
        kind = self._capabilities.declared(write.kind)
        if kind.reconcilable_by is ReconcilableBy.REFERENCE:
            return await self._referring(write, entity_of(kind))
        if kind.needs == "target":
            look = self._deletion if kind.kind.endswith(".delete") else self._change
        elif kind.unique_by:
            look = self._below
        else:
            by_entity = {"ServiceCalls": self._visit, "TicketNotes": self._note, "AttachmentInfo": self._file}
            look = by_entity.get(entity_of(kind), self._time)
        return await look(write, kind)

    async def _referring(self, write: Write, entity: str) -> FindResult:
        """Ask for the record whose reference field is the write's id."""
        field = REFERENCE_FIELDS[entity]

        async def search(key: str, parent: str | None) -> list[str]:
            del parent
            # The vendor compares without regard to case: one that differs in it is another's, and cannot be ours.
            return _refs(await all_rows(self._api, entity, [where(field, "eq", key)], fields=["id", field]))

        async def canary() -> Known | None:
            page = await self._api.query(entity, [where(field, "exist")], fields=["id", field], size=1, reserved=True)
            return next((Known(str(row[field]), str(row["id"])) for row in page.rows), None)

        return await looked_for(write, search, now=self._clock.now(), settle_s=SETTLE_S, canary=canary)

    async def _change(self, write: Write, kind: WriteCapability) -> FindResult:
        """Read the record: it shows ours, or it shows that nobody touched it since, or nobody knows."""
        number = target_of(write, kind)
        row = await self._api.item(entity_of(kind), number)
        if row is None:
            return Inconclusive("The record is gone, or hidden from the API user.")
        record = self._mapper().map(stream_of(kind), await whole(kind, row, self._pulled)).entity
        wanted = kind.typed(write.values)
        is_visit = entity_of(kind) == "ServiceCalls"
        if not differing(wanted, record):
            if is_visit and await service_calls.lacks_links(self._api, number, wanted, record):
                told = "a ticket of the service call lacks somebody"
                return self._settled(write) or ProvenAbsent(told, begun=str(write.target))
            return Found(f"{prefix_of(kind)}{number}")
        if is_visit and service_calls.is_begun(kind.typed(write.base), wanted, record):
            told = "the service call shows a part of the change"
            return self._settled(write) or ProvenAbsent(told, begun=str(write.target))
        return self._unchanged(write, kind, record)

    def _unchanged(self, write: Write, kind: WriteCapability, record: Entity) -> FindResult:
        """Say whether a record without our values was left alone since the attempt."""
        if not write.base or not unchanged(kind.typed(write.base), record):
            return Inconclusive("The record shows neither what was to be written nor what stood there before.")
        touched = last_touched(record)
        if write.attempted_at is None or touched is None or not self._is_untouched(write, record, touched):
            return Inconclusive(
                "The record shows the old values, but it was touched since: a workflow rule may have undone the write."
            )
        evidence = f"the record shows the old values and was last touched at {touched.isoformat()}"
        return self._settled(write) or ProvenAbsent(evidence)

    async def _deletion(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look whether the record is still there."""
        if await self._api.item(entity_of(kind), target_of(write, kind)) is None:
            return Found(str(write.target))
        return self._settled(write) or ProvenAbsent("the record is still there")

    async def _visit(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look for the service call that carries the mark, and for all that belongs to it."""
        values, begun = kind.typed(write.values), list[str]()

        async def search(key: str, parent: str | None) -> list[str]:
            del parent
            rows = await service_calls.marked(self._api, key)
            if key != write.id:
                return [f"{prefix_of(kind)}{row['id']}" for row in rows]
            links = {row["id"]: await service_calls.links_of(self._api, row["id"]) for row in rows}
            lacking = {call for call, its in links.items() if not service_calls.is_whole(its, values)}
            begun[:] = [f"{prefix_of(kind)}{call}" for call in lacking]
            return [f"{prefix_of(kind)}{call}" for call in links if call not in lacking]

        async def canary() -> Known | None:
            marked = [where("description", "contains", marks.START)]
            page = await self._api.query(entity_of(kind), marked, size=1, reserved=True)
            keys = ((key, row) for row in page.rows for key in marks.marks_in(row.get("description")))
            return next((Known(key, f"{prefix_of(kind)}{row['id']}") for key, row in keys), None)

        found = await looked_for(write, search, now=self._clock.now(), settle_s=SETTLE_S, canary=canary)
        if not begun or isinstance(found, Found):
            return found
        if len(begun) > 1:
            return Inconclusive("Several service calls carry its mark.", tuple(begun))
        told = f"{begun[0]} carries the mark, and not all that belongs to it is there"
        return self._settled(write) or ProvenAbsent(told, begun[0], begun=begun[0])

    async def _below(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look for the row of the ticket that says what was to be added; there is one at most."""
        parent = number_of(write.parent, "parent")
        row = await below.there(self._api, kind, parent, kind.typed(write.values))
        if row is not None:
            return Found(str(row["id"]))
        if await self._api.item("Tickets", parent) is None:
            return Inconclusive("The ticket is gone, or hidden from the API user.")
        if not await self._api.count(entity_of(kind), [where("id", "exist")], reserved=True):
            return Inconclusive("Autotask shows none of these at all: they may be hidden from the API user.")
        return self._settled(write) or ProvenAbsent("the ticket was read, and has no such row")

    async def _note(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look through the notes of the ticket: for the marker, else for the same text by the same author."""
        parent = number_of(write.parent, "parent")
        if kind.mark_in:
            if await self._api.item("Tickets", parent) is None:
                return Inconclusive("The ticket is gone, or hidden from the API user.")
            now = self._clock.now()
            return await looked_for(write, self._marked_notes, now=now, settle_s=SETTLE_S, canary=self._marked_note)
        rows = await all_rows(self._api, "TicketNotes", [where("ticketID", "eq", parent)])
        values = kind.typed(write.values)
        text, title = notes.note_text(write, kind), notes.note_title(values)
        author = self._settings.impersonate if self._settings.impersonate is not None else await self._author()
        alike = [
            row
            for row in rows
            if same(row.get("description"), text)
            and same(row.get("title"), title)
            and row.get("publish") == kind.flags["publish"]
            and row.get("createdByContactID") is None
            and author in {None, row.get("creatorResourceID")}
            and self._in_time(write, row.get("createDateTime"))
        ]
        return self._by_content(alike, write, "notes of the ticket have this text")

    async def _marked_notes(self, key: str, parent: str | None) -> list[str]:
        rows = await all_rows(self._api, "TicketNotes", [where("ticketID", "eq", number_of(parent, "parent"))])
        return _refs(row for row in rows if marks.carries_mark(row.get("description"), key))

    async def _marked_note(self) -> Known | None:
        page = await self._api.query(
            "TicketNotes", [where("description", "contains", marks.START)], size=1, reserved=True
        )
        for row in page.rows:
            for key in marks.marks_in(row.get("description")):
                return Known(key, str(row["id"]), str(row["ticketID"]))
        return None

    async def _file(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look through the files of the ticket: for one of the same name, size and content, attached at the time."""
        parent = number_of(write.parent, "parent")
        values = kind.typed(write.values)
        rows = [
            row
            for row in await all_rows(self._api, "AttachmentInfo", [where("ticketID", "eq", parent)])
            if attachments.may_be(row, kind, values)
            and str(row.get("id")) not in write.taken_refs
            and self._in_time(write, row.get("attachDate"))
        ]
        same_file = [row for row in rows if await attachments.is_same(self._api, parent, row, values)]
        return self._by_content(same_file, write, "files of the ticket have this name and content")

    async def _time(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look for an entry of the technician on the ticket with the same start and hours."""
        values = kind.typed(write.values)
        conditions = [
            where("ticketID", "eq", number_of(write.parent, "parent")),
            where("resourceID", "eq", number_of(values["technician_ref"], "technician_ref")),
        ]
        rows = await all_rows(self._api, "TimeEntries", conditions)
        alike = [row for row in rows if _same_time(row, values) and self._in_time(write, row.get("createDateTime"))]
        return self._by_content(alike, write, "time entries have this technician, start and duration")

    def _by_content(self, rows: list[Row], write: Write, what: str) -> FindResult:
        if write.attempted_at is None:
            return Inconclusive("It is not known when it was sent.", tuple(_refs(rows)))
        refs = [ref for ref in _refs(rows) if ref not in write.taken_refs]
        if refs:
            return _one(refs, write, what)
        return self._settled(write) or Inconclusive(
            "Autotask shows nothing like it. That proves nothing, because the content was all there was to look for."
        )

    def _settled(self, write: Write) -> Inconclusive | None:
        """Say when a look can prove something, if that is not yet."""
        if write.attempted_at is None:
            return Inconclusive("It is not known when it was sent.")
        ready = write.attempted_at + timedelta(seconds=SETTLE_S)
        if self._clock.now() < ready:
            return Inconclusive("Autotask does not show it yet, and may still be working on it.", ask_again_at=ready)
        return None

    def _attempted_at(self, write: Write) -> datetime | None:
        """Return when a write was sent by the vendor's clock: desk and vendor may not agree on the time."""
        ahead = self._clock.now() - self._api.now()
        return None if write.attempted_at is None else write.attempted_at - ahead

    def _in_time(self, write: Write, stamp: Any) -> bool:
        created = _instant(stamp)
        attempted = self._attempted_at(write)
        return attempted is None or created is None or attempted - _SKEW <= created <= attempted + _LATEST

    def _is_untouched(self, write: Write, record: Entity, touched: datetime) -> bool:
        """Return whether nobody changed a record since the attempt, by the vendor's own stamps."""
        if write.base_modified_at is not None and getattr(record, "modified_at", None) == write.base_modified_at:
            return True  # the very stamp that was read before the attempt: no clock is compared with another
        attempted = self._attempted_at(write)
        if attempted is None or write.attempted_at is None:
            return False
        # A clock may have been set between attempt and look: only the earlier reading of the attempt proves anything.
        return touched < min(attempted, write.attempted_at) - _SKEW


def _one(refs: list[str], write: Write, what: str) -> FindResult:
    free = [ref for ref in refs if ref not in write.taken_refs]
    if len(free) == 1:
        return Found(free[0])
    if not free:
        return Inconclusive("What looks like it belongs to another write.", tuple(refs[:_MOST_CANDIDATES]))
    return Inconclusive(f"{len(free)} {what}.", tuple(free[:_MOST_CANDIDATES]))


def _refs(rows: Iterable[Row]) -> list[str]:
    return [str(row["id"]) for row in rows if row.get("id") is not None]


def _same_time(row: Row, values: Values) -> bool:
    hours = time_entries.hours_of(values)
    shown = row.get("hoursWorked")
    if hours is None or not isinstance(shown, int | float) or abs(shown - hours) > _SAME_HOURS:
        return False
    if (start := values.get("start_at")) is not None:
        return same(_instant(row.get("startDateTime")), start)
    day = values.get("work_date")
    return day is not None and str(row.get("dateWorked"))[:10] == day.isoformat()


def _instant(value: Any) -> datetime | None:
    try:
        return wire.instant(value, "createDateTime", [])
    except wire.UnusableValueError:
        return None
