"""When technicians are busy, as it was read last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.features.calendars.model import ReadCalendars
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import busy_times, calendar_reads

TOO_OLD: Final = timedelta(hours=2)
"""What was read longer ago is said to be old wherever it counts: the job reads every 15 minutes."""

AHEAD: Final = timedelta(days=35)
"""So far ahead is read."""

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
    """Return when the calendars of technicians were read last; ``None`` = could not be; who has none is left out."""
    return {name: None if name in one.unread else one.read_at for one in reads(tx) for name in one.technicians}


def reads(tx: Tx) -> tuple[ReadCalendars, ...]:
    """Return when the calendars of each connection were read."""
    columns = _R.connection, _R.technicians, _R.unread, _R.read_at, _R.tried_at, _R.error
    return tuple(ReadCalendars(*row) for row in tx.execute(select(*columns).order_by(_R.connection)))


def put(
    tx: Tx,
    connection: str,
    technicians: Collection[str] | None,
    found: Mapping[str, Iterable[BusyTime]],
    now: datetime,
    *,
    error: str | None = None,
) -> None:
    """Keep what was read over a connection, in place of what was read before. What could not be read stays.

    Args:
        tx: A transaction that writes.
        connection: The connection.
        technicians: Whose calendars are there; ``None`` = nobody can say, they are taken to be the same.
        found: What was read, by technician; who is not among them could not be read.
        now: When.
        error: Why something could not.
    """
    known = {one.connection: one for one in reads(tx)}.get(connection)
    if technicians is None:
        technicians = () if known is None else known.technicians
    of = _B.connection == connection
    tx.execute(delete(busy_times).where(of, _B.technician.in_([*found]) | _B.technician.not_in([*technicians])))
    rows = [
        {"connection": connection, "technician": name, "start_at": one.start, "end_at": one.end}
        for name, times in found.items()
        for one in times
    ]
    if rows:
        tx.execute(insert(busy_times), rows)
    before = {*known.technicians} - {*known.unread} if known is not None and not found else {*found}
    tx.execute(delete(calendar_reads).where(_R.connection == connection))
    tx.execute(
        insert(calendar_reads).values(
            connection=connection,
            technicians=tuple(technicians),
            unread=tuple(one for one in technicians if one not in before),
            read_at=now if found else None if known is None else known.read_at,
            tried_at=now,
            error=error,
        )
    )


def forget(tx: Tx, without: Iterable[str]) -> None:
    """Forget what was read over connections that are configured no more.

    Args:
        tx: A transaction that writes.
        without: The connections that are.
    """
    for table in (busy_times, calendar_reads):
        tx.execute(delete(table).where(table.c.connection.not_in([*without])))
