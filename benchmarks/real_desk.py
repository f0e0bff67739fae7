"""A desk as a managed service provider has one, of any size, put into a store as fast as the database takes it.

Tickets of five years come at an even rate and go their way: created, assigned, begun, sometimes waiting for the client,
resolved, closed; each step is an event. The open ones are young. Time was recorded on all of them, notes were written
on the open ones, and people, queues, clients, appointments and time off stand around them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

from benchmarks.service import TECHNICIANS
from servicedesk_core.domain import (
    STREAMS,
    Appointment,
    AppointmentState,
    Company,
    Contact,
    Entity,
    EventSource,
    Note,
    NoteVisibility,
    Priority,
    Queue,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TicketKind,
    TimeEntry,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.store import Store, Tx, bulk, records, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import EPOCH, to_us
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS

NOW = datetime(2026, 3, 31, 14, tzinfo=UTC)
CLIENTS, CONTACTS, QUEUES = 500, 5_000, 12
_YEARS = 5
_OPEN_OF = 3
"""Of so many of the youngest tickets one is open."""
_BATCH = 20_000
_MINUTE = 60_000_000
_HASH = bytes(16)


@dataclass(frozen=True, slots=True)
class RealDesk:
    """How large a desk is.

    Attributes:
        tickets: All of them.
        still_open: Those that are open.
        entries: Time entries on each ticket.
    """

    tickets: int = 300_000
    still_open: int = 1_000
    entries: int = 2

    def created_us(self, number: int) -> int:
        """Return when a ticket was created."""
        return to_us(NOW) - int(_YEARS * 365 * 86_400_000_000 * (1 - number / self.tickets))

    def is_open(self, number: int) -> bool:
        """Whether a ticket is."""
        back = self.tickets - 1 - number
        return back % _OPEN_OF == 0 and back < self.still_open * _OPEN_OF

    def fill(self, store: Store) -> None:
        """Put it into a store that is new."""
        source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", NOW)).id
        around = list(self._around())
        for stream in dict.fromkeys(one.stream for one in around):
            rows = [Incoming(one, None, None, "1") for one in around if one.stream == stream]
            store.write_blocking(
                lambda tx, stream=stream, rows=rows: records.apply(  # type: ignore[misc]
                    tx, source, stream, rows, known={}, mode="backfill", now=NOW
                )
            )
        for first in range(0, self.tickets, _BATCH):
            numbers = range(first, min(first + _BATCH, self.tickets))
            store.write_blocking(lambda tx, numbers=numbers: self._batch(tx, source, numbers))  # type: ignore[misc]

    def _batch(self, tx: Tx, source: int, numbers: range) -> None:
        created = [self.created_us(number) for number in numbers]
        is_open = [self.is_open(number) for number in numbers]
        _put(tx, source, Ticket(external_id="-", title="It does not work", description=_TEXT), self._tickets(numbers))
        _put(tx, source, _EVENT, _events(numbers, created, is_open))
        for turn in range(self.entries):
            _put(
                tx, source, TimeEntry(external_id="-", worked_s=1_200, is_billable=True), _time(numbers, created, turn)
            )

    def _tickets(self, numbers: range) -> dict[str, Iterable[Any]]:
        created, is_open = [self.created_us(each) for each in numbers], [self.is_open(each) for each in numbers]
        open_categories = [one.value for one in StatusCategory if one.is_open]
        solved = [
            None if still else at + _took(number) for number, at, still in zip(numbers, created, is_open, strict=True)
        ]
        return {
            "external_id": map(str, numbers),
            "number": (f"T{number:08}" for number in numbers),
            "is_open": map(int, is_open),
            "kind": ((TicketKind.INCIDENT, TicketKind.SERVICE_REQUEST)[number % 3 == 0].value for number in numbers),
            "status_category": (
                open_categories[number // _OPEN_OF % len(open_categories)] if still else StatusCategory.CLOSED.value
                for number, still in zip(numbers, is_open, strict=True)
            ),
            "priority": (list(Priority)[number % 4].value for number in numbers),
            "queue_ref": (str(number % QUEUES) for number in numbers),
            "assignee_ref": (str(number % TECHNICIANS) if number % 11 else None for number in numbers),
            "company_ref": (str(number % CLIENTS) for number in numbers),
            "contact_ref": (str(number % CONTACTS) for number in numbers),
            "issue": (str(number % 20) for number in numbers),
            "sub_issue": (str(number % 100) for number in numbers),
            "created_at": created,
            "first_response_at": (at + number % 300 * _MINUTE for number, at in zip(numbers, created, strict=True)),
            "resolved_at": solved,
            "closed_at": (None if at is None else at + 30 * _MINUTE for at in solved),
            "modified_at": (
                done or min(to_us(NOW), at + 90 * _MINUTE) for at, done in zip(created, solved, strict=True)
            ),
            "last_activity_at": (
                done or min(to_us(NOW), at + 90 * _MINUTE) for at, done in zip(created, solved, strict=True)
            ),
        }

    def _around(self) -> Iterator[Entity]:
        yield Company(external_id="0", name="Our own", is_own=True)
        yield from (Company(external_id=str(at), name=f"Client {at}") for at in range(1, CLIENTS))
        yield from (
            Contact(external_id=str(at), last_name=f"Contact {at}", company_ref=str(at % CLIENTS))
            for at in range(CONTACTS)
        )
        yield from (Queue(external_id=str(at), name=f"Queue {at}") for at in range(QUEUES))
        yield from (Technician(external_id=str(at), name=f"Technician {at}") for at in range(TECHNICIANS))
        for at in range(4):
            yield TimeOff(
                external_id=str(at),
                technician_ref=str(at),
                day=NOW.date(),
                state=TimeOffState.APPROVED,
                duration_s=28_800,
            )
        still = [number for number in range(self.tickets) if self.is_open(number)]
        yield from (one for number in still for one in _notes(number, self.created_us(number)))
        yield from (_visit(at, number) for at, number in enumerate(still[::5]))


_TEXT = "A paragraph of text about what does not work, as people write it. " * 5
_EVENT = TicketEvent(
    external_id="-", ticket_ref="-", type="status_changed", source=EventSource.HISTORY, effective_at=NOW
)


def _took(number: int) -> int:
    """Return how long it took until a ticket was resolved, in microseconds."""
    return (100 + number % 90 * 60) * _MINUTE


def _events(numbers: range, created: Sequence[int], is_open: Sequence[bool]) -> dict[str, Iterable[Any]]:
    steps = [
        (f"{number}:{at}", str(number), kind, who, created_us + after_us, at, after)
        for number, created_us, still in zip(numbers, created, is_open, strict=True)
        for at, (after_us, kind, who, after) in enumerate(_steps(number, is_open=still))
        if created_us + after_us <= to_us(NOW)
    ]
    names = "external_id", "ticket_ref", "type", "actor_type", "effective_at", "source_seq", "after"
    return dict(zip(names, zip(*steps, strict=True), strict=True))


def _steps(number: int, *, is_open: bool) -> Iterator[tuple[int, str, str, str]]:
    """Yield what happened to a ticket: how long after it was created, what, by whom, and what it is then."""
    first = f'{{"status_category":"new","priority":"P{number % 4 + 1}","queue_ref":"{number % QUEUES}"}}'
    yield 0, "created", "customer", first
    if number % 11:
        yield 20 * _MINUTE, "assigned", "technician", f'{{"assignee_ref":"{number % TECHNICIANS}"}}'
    yield 30 * _MINUTE, "status_changed", "technician", '{"status_category":"in_progress"}'
    if number % 4 == 0:
        yield 45 * _MINUTE, "status_changed", "technician", '{"status_category":"waiting_customer"}'
        yield 90 * _MINUTE, "status_changed", "customer", '{"status_category":"in_progress"}'
    if not is_open:
        yield _took(number), "status_changed", "technician", '{"status_category":"resolved"}'
        yield _took(number) + 30 * _MINUTE, "status_changed", "system", '{"status_category":"closed"}'


def _time(numbers: range, created: Sequence[int], turn: int) -> dict[str, Iterable[Any]]:
    began = [at + (30 + turn * 25) * _MINUTE for at in created]
    ended = [at + 20 * _MINUTE for at in began]
    return {
        "external_id": (f"{number}-{turn}" for number in numbers),
        "ticket_ref": map(str, numbers),
        "technician_ref": (str((number + turn // 2) % TECHNICIANS) for number in numbers),
        "work_date": [(EPOCH + timedelta(microseconds=at)).date().isoformat() for at in began],
        "start_at": began,
        "end_at": ended,
        "created_at": ended,
    }


def _notes(number: int, created_us: int) -> Iterator[Note]:
    for turn in range(5):
        at = min(NOW, EPOCH + timedelta(microseconds=created_us + turn * 40 * _MINUTE))
        who = "customer" if (number + turn) % 2 else "technician"
        yield Note(
            external_id=f"{number}-{turn}",
            ticket_ref=str(number),
            visibility=NoteVisibility.PUBLIC,
            author_type=who,
            author_ref="7",
            created_at=at,
        )


def _visit(at: int, number: int) -> Appointment:
    start = NOW + timedelta(minutes=at * 15)
    return Appointment(
        external_id=str(at),
        ticket_refs=(str(number),),
        technician_refs=(str(number % TECHNICIANS),),
        company_ref=str(number % CLIENTS),
        start_at=start,
        end_at=start + timedelta(hours=1),
        state=AppointmentState.BOOKED,
        created_at=NOW - timedelta(hours=2),
    )


def _put(tx: Tx, source: int, like: Entity, differing: dict[str, Iterable[Any]]) -> None:
    """Insert rows that are like a record but for some columns; a bulk of them is not worth an object each."""
    table, codec = RECORDS[like.stream], codec_of(STREAMS[like.stream])
    columns = {name: list(values) for name, values in differing.items()}
    count = len(columns["external_id"])
    same = dict(zip(codec.names, codec.encode(like).values, strict=True)) | {
        "source_id": source,
        "row_hash": _HASH,
        "mapping_version": "1",
        "first_seen_at": to_us(NOW),
        "changed_at": to_us(NOW),
    }
    columns["local_id"] = list(bulk.reserve_ids(tx, table, count))
    values = (columns.get(one.name, repeat(same.get(one.name), count)) for one in table.columns)
    bulk.insert(tx, table, list(zip(*values, strict=True)))
