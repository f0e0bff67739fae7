"""Booked appointments that are not over."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import and_, false, or_, select, true

from servicedesk_core.domain.work import AppointmentState
from servicedesk_core.features.attention.model import Visit
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS


class Booked(NamedTuple):
    """An appointment.

    Attributes:
        turn: Its place among those that were read with it: the earliest is the first.
    """

    turn: int
    source_id: int
    external_id: str
    title: str | None
    tickets: tuple[str, ...]
    technicians: tuple[str, ...]
    visit: Visit
    created_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over, as far as anybody said."""
        return self.visit.end_at or self.visit.start_at


def booked(tx: Tx, at: datetime, *, scope: Scope | None = None, until: datetime | None = None) -> Iterator[Booked]:
    """Yield the appointments that were not over at an instant, the earliest first.

    Args:
        tx: Any transaction.
        at: The instant; of one that is past, what was completed since was booked then.
        scope: Only what it lets through.
        until: Only those that begin by then.
    """
    a, now = RECORDS["appointments"].c, to_us(at)
    seen = true() if scope is None else Sight(tx, scope).live("appointments")
    columns = a.source_id, a.external_id, a.title, a.ticket_refs, a.technician_refs, a.start_at, a.end_at, a.created_at
    query = (
        select(*columns)
        .where(
            false() if seen is None else seen,
            a.gone_at.is_(None),
            a.state != AppointmentState.CANCELLED.value,
            a.start_at.is_not(None) if until is None else a.start_at <= to_us(until),
            or_(a.end_at >= now, and_(a.end_at.is_(None), a.start_at >= now)),
        )
        .order_by(a.start_at, a.local_id)
    )
    rows = tx.execute(query).all()
    own = None
    if scope is not None:
        own = Sight(tx, scope).refs("tickets", {ticket for row in rows for ticket in orjson.loads(row.ticket_refs)})
    for turn, (source_id, ref, title, tickets, technicians, start, end, created) in enumerate(rows):
        about, visit = orjson.loads(tickets), Visit(from_us(start), optional_instant(end))
        if own is not None:
            about = sorted(own.intersection(about))
        people = tuple(orjson.loads(technicians))
        yield Booked(turn, source_id, ref, title, tuple(about), people, visit, optional_instant(created))


def visits_by_ticket(visits: Iterable[Booked]) -> Mapping[tuple[int, str], Sequence[Booked]]:
    """Return appointments by the source and the vendor's ids of their tickets."""
    found: dict[tuple[int, str], list[Booked]] = defaultdict(list)
    for one in visits:
        for ref in one.tickets:
            found[one.source_id, ref].append(one)
    return found


def visits_by_technician(visits: Iterable[Booked]) -> Mapping[tuple[int, str], Sequence[Booked]]:
    """Return appointments by the source and the vendor's ids of the technicians who are booked."""
    found: dict[tuple[int, str], list[Booked]] = defaultdict(list)
    for one in visits:
        for ref in one.technicians:
            found[one.source_id, ref].append(one)
    return found
