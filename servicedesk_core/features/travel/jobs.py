"""The job ``travel``."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice, permutations
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.domain.places import Point
from servicedesk_core.features.rota import Span
from servicedesk_core.features.travel import kept
from servicedesk_core.features.travel.tables import Ways, visits_in, ways_of
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.plugins.host import Host
from servicedesk_core.plugins.offering import lacking
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema.records import IS_OPEN
from servicedesk_core.wording import counted

AHEAD: Final = timedelta(days=14)
MOST: Final = 400
"""So many ways are asked for at once; the others wait for the next run."""


class HostingDesk(JobDesk, Protocol):
    """A desk with connections."""

    @property
    def host(self) -> Host:
        """Opens connections."""


async def ask(desk: HostingDesk, connection: str | None) -> str:
    """Ask the first connection that knows roads how long the ways take that may be gone in the next days.

    Raises:
        ServiceDeskError: It could not be asked; what was asked before stands.
    """
    del connection
    names = desk.host.offering("travel_times")
    usable = desk.settings.connections.keys() - {*lacking(desk.host.catalog, desk.settings, "travel_times")}
    await desk.store.write(lambda tx: kept.keep(tx, names[:1] or usable))  # what cannot be loaded now loses nothing
    if not names:
        return "no connection knows roads: ways are estimated"
    now, zone = desk.clock.now(), ZoneInfo(desk.settings.desk.timezone)

    def wanted(tx: Tx) -> tuple[tuple[tuple[Point, Point], ...], set[Point]]:
        span = Span(now, now + AHEAD)
        ways = ways_of(tx, span, now, zone)
        homes, goals = {*ways.homes.values()}, {*_of_visits(tx, span, ways), *_of_tickets(tx, ways)}
        several = (
            (one, other)
            for one, other in permutations(sorted(homes | goals), 2)
            if one in goals or other in goals  # from home to home nobody goes
        )
        return (*islice(kept.unasked(tx, several, now), MOST),), {*ways.homes.values(), *ways.places.values()}

    ways, points = await desk.store.read(wanted)
    await desk.store.write(lambda tx: kept.forget(tx, points))
    if ways:
        opened = await desk.host.open(names[0])
        found = await opened.calls.travel_times(ways)
        answers = dict(zip(ways, found, strict=True))
        await desk.store.write(partial(kept.put, connection=names[0], found=answers, now=now))
    return f"{counted(len(ways), 'way', 'ways')} asked of {names[0]}"


def _of_visits(tx: Tx, span: Span, ways: Ways) -> Iterator[Point]:
    yield from (one.place for one in visits_in(tx, span, ways) if one.place is not None)


def _of_tickets(tx: Tx, ways: Ways) -> Iterator[Point]:
    t = RECORDS["tickets"].c
    query = select(t.source_id, t.company_ref, t.site_ref).where(IS_OPEN, t.gone_at.is_(None)).distinct()
    for source_id, company, site in tx.execute(query):
        if (place := ways.place(source_id, company, site)) is not None:
            yield place
