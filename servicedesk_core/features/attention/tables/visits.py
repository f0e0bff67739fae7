"""Booked appointments that are not over."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import and_, or_, select

from servicedesk_core.domain.work import AppointmentState
from servicedesk_core.features.attention.model import Visit
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import RECORDS


class Booked(NamedTuple):
    """An appointment."""

    source_id: int
    external_id: str
    title: str | None
    company_ref: str | None
    tickets: tuple[str, ...]
    technicians: tuple[str, ...]
    visit: Visit


def booked(tx: Tx, at: datetime) -> Iterator[Booked]:
    """Yield the appointments that are booked and not over at an instant, the earliest first."""
    a, now = RECORDS["appointments"].c, to_us(at)
    query = (
        select(
            a.source_id, a.external_id, a.title, a.company_ref, a.ticket_refs, a.technician_refs, a.start_at, a.end_at
        )
        .where(
            a.gone_at.is_(None),
            a.state == AppointmentState.BOOKED.value,
            a.start_at.is_not(None),
            or_(a.end_at >= now, and_(a.end_at.is_(None), a.start_at >= now)),
        )
        .order_by(a.start_at, a.local_id)
    )
    for source_id, ref, title, company, tickets, technicians, start, end in tx.execute(query):
        visit = Visit(from_us(start), optional_instant(end))
        yield Booked(
            source_id, ref, title, company, tuple(orjson.loads(tickets)), tuple(orjson.loads(technicians)), visit
        )
