"""When technicians are busy, as it was read last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.features.calendars.model import ReadCalendars
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import busy_times, calendar_reads

TOO_OLD: Final = timedelta(hours=2)
"""What was read longer ago is said to be old wherever it counts: the job reads every 15 minutes."""

_B, _R = busy_times.c, calendar_reads.c


def busy_between(tx: Tx, start: datetime, end: datetime) -> Mapping[str, list[tuple[datetime, datetime]]]:
    """Return when technicians are busy in a span, by their names in the definitions.

    Args:
        tx: Any transaction.
        start: Begin of the span.
        end: End of it.
    """
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    query = select(_B.technician, _B.start_at, _B.end_at).where(_B.start_at < end, _B.end_at > start)
    for technician, begins, ends in tx.execute(query.order_by(_B.start_at, _B.end_at)):
        found[technician].append((begins, ends))
    return found


def read_at(tx: Tx) -> Mapping[str, datetime | None]:
    """Return when the calendars of technicians were read last; who has none is not among them."""
    return {name: one.read_at for one in reads(tx) for name in one.technicians}


def reads(tx: Tx) -> tuple[ReadCalendars, ...]:
    """Return when the calendars of each connection were read."""
    columns = _R.connection, _R.technicians, _R.read_at, _R.tried_at, _R.error
    return tuple(ReadCalendars(*row) for row in tx.execute(select(*columns).order_by(_R.connection)))


def put(tx: Tx, connection: str, technicians: Iterable[str], found: Iterable[BusyTime], now: datetime) -> None:
    """Keep what was read over a connection, in place of what was read before."""
    rows = [
        {"connection": connection, "technician": one.technician, "start_at": one.start, "end_at": one.end}
        for one in found
    ]
    tx.execute(delete(busy_times).where(_B.connection == connection))
    if rows:
        tx.execute(insert(busy_times), rows)
    _note(tx, connection, technicians=tuple(technicians), read_at=now, tried_at=now, error=None)


def failed(tx: Tx, connection: str, why: str, now: datetime) -> None:
    """Note that the calendars of a connection could not be read; what was read before stays."""
    before = next((one for one in reads(tx) if one.connection == connection), None)
    known = () if before is None else before.technicians
    at = None if before is None else before.read_at
    _note(tx, connection, technicians=known, read_at=at, tried_at=now, error=why)


def forget(tx: Tx, without: Iterable[str]) -> None:
    """Forget what was read over connections that are configured no more.

    Args:
        tx: A transaction that writes.
        without: The connections that are.
    """
    for table in (busy_times, calendar_reads):
        tx.execute(delete(table).where(table.c.connection.not_in([*without])))


def _note(tx: Tx, connection: str, **values: object) -> None:
    tx.execute(delete(calendar_reads).where(_R.connection == connection))
    tx.execute(insert(calendar_reads).values(connection=connection, **values))
