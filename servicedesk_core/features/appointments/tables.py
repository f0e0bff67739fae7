"""How appointments are read: those of the store, those that are under way, and project work."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast

import orjson
from sqlalchemy import ColumnElement, and_, false, or_, select

from servicedesk_core.domain import DONE, Appointment, AppointmentState
from servicedesk_core.domain.work import ProjectState
from servicedesk_core.domain.writing import AT_VENDOR, UNFINISHED, WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.appointments.model import AppointmentRow
from servicedesk_core.features.appointments.rules import ProjectWork, overlaps
from servicedesk_core.features.rota import Span
from servicedesk_core.features.skills import Key
from servicedesk_core.store import Tx, bulk, records, sources
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS, outbox

BOOK, CHANGE, CANCEL = "appointments.create", "appointments.change", "appointments.cancel"
USUAL: Final = timedelta(hours=1)
"""How long an appointment takes whose end nobody said."""

_A = RECORDS["appointments"].c
_STANDS: Final = _A.state != AppointmentState.CANCELLED.value


class Booked(NamedTuple):
    """Time of a technician that is taken.

    Attributes:
        key: Source and vendor's id of the technician.
        span: When.
        ref: The vendor's id of the appointment; ``None`` = it is a write that is under way.
        write: Number of that write; neither = it is time of their own calendar.
    """

    key: Key
    span: Span
    ref: str | None = None
    write: int | None = None


class Visit(NamedTuple):
    """An appointment as a technician's own calendar shows it.

    Attributes:
        source_id: Where it is.
        connection: The same by its name.
        appointment: The vendor's id.
        technician_refs: Who goes.
        start_at: When it begins.
        end_at: When it ends.
        stands: Whether it is to take place, or did.
        ticket: Number of its first ticket.
        client: At whose.
        company_ref: The vendor's id of these.
        title: What it is about.
        created_at: When it was booked, if the vendor says.
    """

    source_id: int
    connection: str
    appointment: str
    technician_refs: tuple[str, ...]
    start_at: datetime
    end_at: datetime
    stands: bool
    ticket: str | None
    client: str | None
    company_ref: str | None
    title: str | None
    created_at: datetime | None

    @property
    def called(self) -> str:
        """What people call it."""
        return self.ticket or self.title or self.appointment


def visits(
    tx: Tx, start: datetime | None, end: datetime | None, *, only: Collection[tuple[str, str]] | None = None
) -> Iterator[Visit]:
    """Yield appointments with a time, the earliest first.

    Args:
        tx: Any transaction.
        start: Begin of a span with which they have an instant in common; without one also those that do not stand.
        end: End of it.
        only: Only these: connection and the vendor's id; ``None`` = all.
    """
    connections = {one.id: one.name for one in sources.all(tx)}
    where: list[ColumnElement[bool]] = [_A.start_at.is_not(None)]
    if start is not None and end is not None:
        where += [_within(start, end), _STANDS, _A.gone_at.is_(None)]
    if only is not None:
        where.append(_A.external_id.in_([ref for _, ref in only]))
    columns = (
        _A.source_id, _A.external_id, _A.technician_refs, _A.start_at, _A.end_at, _A.state, _A.gone_at, _A.ticket_refs,
        _A.company_ref, _A.title, _A.description, _A.created_at,
    )  # fmt: skip
    query = select(*columns).where(*where).order_by(_A.start_at, _A.local_id)
    found = [
        row
        for row in tx.execute(query)
        if row.source_id in connections and (only is None or (connections[row.source_id], row.external_id) in only)
    ]
    names, tickets = Names(tx), _numbers(tx, found)
    for row in found:
        names.want(row.source_id, "companies", row.company_ref)
    for row in found:
        ticket = next(iter(orjson.loads(row.ticket_refs)), None)
        yield Visit(
            row.source_id,
            connections[row.source_id],
            row.external_id,
            tuple(orjson.loads(row.technician_refs)),
            *_span(row.start_at, row.end_at),
            stands=row.gone_at is None and row.state != AppointmentState.CANCELLED.value,
            ticket=tickets.get((row.source_id, ticket)) if ticket is not None else None,
            client=names.of(row.source_id, "companies", row.company_ref),
            company_ref=row.company_ref,
            title=row.title or row.description,
            created_at=optional_instant(row.created_at),
        )


def rows_between(
    tx: Tx, start: datetime, end: datetime, *, scope: Scope | None = None, more: Iterable[ColumnElement[bool]] = ()
) -> list[AppointmentRow]:
    """Return the appointments that have an instant in common with a span, the earliest first.

    Args:
        tx: Any transaction.
        start: Begin of the span.
        end: End of it.
        scope: Only what it lets through; tickets that it does not are left out.
        more: Further conditions.
    """
    return _rows(tx, (_within(start, end), *more), scope)


def row_of(tx: Tx, ref: str, connection: str | None, scope: Scope | None) -> AppointmentRow:
    """Return one appointment.

    Raises:
        NotFoundLocallyError: The store has none that may be seen, or several connections have one.
    """
    where = [_A.external_id == ref]
    if connection is not None:
        where.append(_A.source_id == source_of(tx, connection, scope))
    found = _rows(tx, where, scope)
    if len(found) == 1:
        return found[0]
    if not found:
        hint = "servicedesk appointments list shows those of a day, as of the last sync."
        raise NotFoundLocallyError(f"The store has no appointment {ref!r}.", hint=hint)
    message = f"Several connections have an appointment {ref!r}: {', '.join(one.connection for one in found)}."
    raise NotFoundLocallyError(message, hint="Say which one you mean: --connection NAME.")


def record_of(tx: Tx, row: AppointmentRow) -> tuple[Appointment, str | None]:
    """Return an appointment as the store has it, and the vendor's token of its version."""
    source = sources.id_of(tx, row.connection)
    found = records.load(tx, source, "appointments", [row.appointment])[row.appointment]
    return cast("Appointment", found), records.revision_of(tx, source, "appointments", row.appointment)


def is_in_part(tx: Tx, row: AppointmentRow) -> bool:
    """Whether the vendor took the last write of an appointment in part: somebody may lack on one of its tickets."""
    o = outbox.c
    about = o.connection == row.connection, or_(o.target == row.appointment, o.ref == row.appointment)
    query = select(o.state).where(*about, o.kind.in_((BOOK, CHANGE)), o.state.in_(AT_VENDOR)).order_by(o.id.desc())
    return tx.execute(query.limit(1)).scalar() == WriteState.PARTLY_APPLIED


def booked_between(tx: Tx, start: datetime, end: datetime) -> Iterator[Booked]:
    """Yield what takes time of technicians in a span: appointments that stand, and bookings that are under way."""
    columns = _A.source_id, _A.external_id, _A.technician_refs, _A.start_at, _A.end_at
    under_way = list(_under_way(tx))
    moved = {(one.key[0], one.ref) for one in under_way if one.ref is not None}
    for source_id, ref, people, began, ended in tx.execute(
        select(*columns).where(_within(start, end), _STANDS, _A.gone_at.is_(None)).order_by(_A.start_at, _A.local_id)
    ):
        if (source_id, ref) in moved:
            continue
        span = _span(began, ended)
        for technician in orjson.loads(people):
            yield Booked((source_id, technician), span, ref)
    yield from (one for one in under_way if overlaps(one.span, Span(start, end)))


def clashes(
    tx: Tx, keys: Iterable[Key], span: Span, *, without: str | None = None, write: int | None = None
) -> Iterator[Booked]:
    """Yield what takes the same time of the same people.

    Args:
        tx: Any transaction.
        keys: The technicians.
        span: The time.
        without: The vendor's id of the appointment itself, where there is one.
        write: Number of the write itself.
    """
    people = set(keys)
    for one in booked_between(tx, *span):
        is_itself = (without is not None and one.ref == without) or (write is not None and one.write == write)
        if one.key in people and overlaps(one.span, span) and not is_itself:
            yield one


def project_work(tx: Tx) -> dict[Key, list[ProjectWork]]:
    """Return what each technician has to do for projects yet; several who do one task share it."""
    task, project = RECORDS["tasks"].c, RECORDS["projects"].c
    ended = (ProjectState.COMPLETED.value, ProjectState.CANCELLED.value, ProjectState.ON_HOLD.value)
    on_project = and_(project.source_id == task.source_id, project.external_id == task.project_ref)
    query = (
        select(
            task.source_id, task.assignee_ref, task.secondary_assignee_refs, task.start_at, task.end_at,
            task.remaining_s, task.estimated_s,
        )
        .select_from(RECORDS["tasks"].outerjoin(RECORDS["projects"], on_project))
        .where(
            task.gone_at.is_(None),
            task.completed_at.is_(None),
            or_(task.status_category.is_(None), task.status_category.not_in([one.value for one in DONE])),
            or_(project.state.is_(None), project.state.not_in(ended)),
        )
    )  # fmt: skip
    found: dict[Key, list[ProjectWork]] = defaultdict(list)
    for source_id, assignee, others, start, end, remaining_s, estimated_s in tx.execute(query):
        left_s = estimated_s if remaining_s is None else remaining_s
        people = [ref for ref in dict.fromkeys((assignee, *orjson.loads(others or "[]"))) if ref is not None]
        for ref in people:
            share = timedelta(seconds=(left_s or 0) / len(people))
            if share > timedelta():
                found[source_id, ref].append(ProjectWork(optional_instant(start), optional_instant(end), share))
    return found


def _within(start: datetime, end: datetime) -> ColumnElement[bool]:
    first, last = to_us(start), to_us(end)
    ends_later = or_(_A.end_at > first, and_(_A.end_at.is_(None), _A.start_at > first - USUAL // timedelta.resolution))
    return and_(_A.start_at < last, ends_later)


def _span(start: int, end: int | None) -> Span:
    began = from_us(start)
    return Span(began, optional_instant(end) or began + USUAL)


def _under_way(tx: Tx) -> Iterator[Booked]:
    """Yield the bookings that were proposed or sent and have not come back."""
    numbers = {one.name: one.id for one in sources.all(tx)}
    columns = outbox.c.id, outbox.c.connection, outbox.c.target, outbox.c.new_values
    query = select(*columns).where(outbox.c.state.in_(UNFINISHED), outbox.c.kind.in_((BOOK, CHANGE)))
    for number, connection, target, values in tx.execute(query):
        source = numbers.get(connection)
        whole = dict(values)
        if target is not None and source is not None:
            known = records.load(tx, source, "appointments", [target]).get(target)
            whole = (known.model_dump(mode="json") if known is not None else {}) | whole
        if source is None or not whole.get("start_at"):
            continue
        start = datetime.fromisoformat(whole["start_at"])
        end = datetime.fromisoformat(whole["end_at"]) if whole.get("end_at") else start + USUAL
        for ref in whole.get("technician_refs") or ():
            yield Booked((source, ref), Span(start, end), target, number)


def _rows(tx: Tx, where: Iterable[ColumnElement[bool]], scope: Scope | None) -> list[AppointmentRow]:
    sight = None if scope is None else Sight(tx, scope)
    seen = None if sight is None else sight.live("appointments")
    limited = () if sight is None else (false() if seen is None else seen,)
    columns = (
        _A.source_id, _A.external_id, _A.start_at, _A.end_at, _A.technician_refs, _A.ticket_refs, _A.company_ref,
        _A.title, _A.description, _A.state,
    )  # fmt: skip
    query = select(*columns).where(_A.gone_at.is_(None), *where, *limited).order_by(_A.start_at, _A.local_id)
    found = tx.execute(query).all()
    own = None if sight is None else sight.refs("tickets", {t for row in found for t in orjson.loads(row.ticket_refs)})
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    tickets = _numbers(tx, found)
    for row in found:
        names.want(row.source_id, "companies", row.company_ref)
        for ref in orjson.loads(row.technician_refs):
            names.want(row.source_id, "technicians", ref)

    def made(row: Any) -> AppointmentRow:
        about = [ref for ref in orjson.loads(row.ticket_refs) if own is None or ref in own]
        numbered = tuple(tickets.get((row.source_id, ref)) or ref for ref in about)
        who = orjson.loads(row.technician_refs)
        return AppointmentRow(
            appointment=row.external_id,
            connection=connections[row.source_id],
            starts_at=optional_instant(row.start_at),
            ends_at=optional_instant(row.end_at),
            technicians=tuple(names.of(row.source_id, "technicians", ref) or ref for ref in who),
            ticket=next(iter(numbered), None),
            tickets=numbered,
            client=names.of(row.source_id, "companies", row.company_ref),
            title=row.title or row.description,
            state=AppointmentState(row.state),
        )

    return [made(row) for row in found]


def _numbers(tx: Tx, found: Iterable[Any]) -> dict[Key, str]:
    wanted: dict[int, set[str]] = defaultdict(set)
    for row in found:
        wanted[row.source_id].update(orjson.loads(row.ticket_refs))
    query = "SELECT external_id, number FROM tickets WHERE source_id = {source} AND external_id IN {values}"
    return {
        (source, ref): number
        for source, refs in wanted.items()
        for ref, number in bulk.select_in(tx, query, source, refs)
        if number
    }
