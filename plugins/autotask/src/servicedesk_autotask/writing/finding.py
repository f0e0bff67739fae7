"""The search for a write whose answer got lost. What is not certain is inconclusive: a person decides."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import MAX_ROWS, Condition, where
from servicedesk_autotask.meaning import values as wire
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing import attachments, notes, time_entries
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.comparing import differing, same
from servicedesk_autotask.writing.kinds import REFERENCE_FIELDS, SETTLE_S, entity_of, stream_of
from servicedesk_autotask.writing.sender import last_touched, unchanged
from servicedesk_core.domain import Entity
from servicedesk_core.errors import ProtocolError
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
    ) -> None:
        self._api = api
        self._settings = settings
        self._clock = clock
        self._capabilities = capabilities
        self._mapper = mapper
        self._author = author

    async def find(self, write: Write) -> FindResult:
        """Look for a write; see the hook ``find_write``."""
        kind = self._capabilities.declared(write.kind)
        if kind.reconcilable_by is ReconcilableBy.REFERENCE:
            return await self._referring(write, entity_of(kind))
        if kind.needs == "target":
            return await self._change(write, kind)
        if entity_of(kind) == "TicketNotes":
            return await self._note(write, kind)
        if entity_of(kind) == "AttachmentInfo":
            return await self._file(write, kind)
        return await self._time(write, kind)

    async def _referring(self, write: Write, entity: str) -> FindResult:
        """Ask for the record whose reference field is the write's id."""
        field = REFERENCE_FIELDS[entity]

        async def search(key: str, parent: str | None) -> list[str]:
            del parent
            # The vendor compares without regard to case: one that differs in it is another's, and cannot be ours.
            return _refs(await self._all(entity, [where(field, "eq", key)], fields=["id", field]))

        async def canary() -> Known | None:
            page = await self._api.query(entity, [where(field, "exist")], fields=["id", field], size=1, reserved=True)
            return next((Known(str(row[field]), str(row["id"])) for row in page.rows), None)

        return await looked_for(write, search, now=self._clock.now(), settle_s=SETTLE_S, canary=canary)

    async def _change(self, write: Write, kind: WriteCapability) -> FindResult:
        """Read the record: it shows ours, or it shows that nobody touched it since, or nobody knows."""
        number = number_of(write.target, "target")
        row = await self._api.item(entity_of(kind), number)
        if row is None:
            return Inconclusive("The record is gone, or hidden from the API user.")
        record = self._mapper().map(stream_of(kind), row).entity
        wanted = kind.typed(write.values)
        if not differing(wanted, record):
            return Found(str(number))
        if not write.base or not unchanged(kind.typed(write.base), record):
            return Inconclusive("The record shows neither what was to be written nor what stood there before.")
        touched = last_touched(record)
        if write.attempted_at is None or touched is None or not self._is_untouched(write, record, touched):
            return Inconclusive(
                "The record shows the old values, but it was touched since: a workflow rule may have undone the write."
            )
        evidence = f"the record shows the old values and was last touched at {touched.isoformat()}"
        return self._settled(write) or ProvenAbsent(evidence)

    async def _note(self, write: Write, kind: WriteCapability) -> FindResult:
        """Look through the notes of the ticket: for the marker, else for the same text by the same author."""
        parent = number_of(write.parent, "parent")
        if kind.mark_in:
            if await self._api.item("Tickets", parent) is None:
                return Inconclusive("The ticket is gone, or hidden from the API user.")
            now = self._clock.now()
            return await looked_for(write, self._marked_notes, now=now, settle_s=SETTLE_S, canary=self._marked_note)
        rows = await self._all("TicketNotes", [where("ticketID", "eq", parent)])
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
        rows = await self._all("TicketNotes", [where("ticketID", "eq", number_of(parent, "parent"))])
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
            for row in await self._all("AttachmentInfo", [where("ticketID", "eq", parent)])
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
        rows = await self._all("TimeEntries", conditions)
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

    async def _all(self, entity: str, conditions: list[Condition], *, fields: list[str] | None = None) -> list[Row]:
        """Return all rows, page by page by rising id."""
        rows: list[Row] = []
        after: list[Condition] = []
        while True:
            page = await self._api.query(entity, [*conditions, *after], fields=fields, reserved=True)
            rows += page.rows
            last = page.rows[-1].get("id") if page.rows else None
            if len(page.rows) < MAX_ROWS and not page.has_next:
                return rows
            if not isinstance(last, int):  # a search that was cut short proves nothing
                raise ProtocolError(f"Autotask answered a search in {entity} with a page that cannot be continued.")
            after = [where("id", "gt", last)]


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
