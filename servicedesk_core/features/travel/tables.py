"""Where everybody and everything is, from what was defined and what is booked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

import orjson
from sqlalchemy import select

from servicedesk_core.domain import AppointmentState
from servicedesk_core.domain.places import Point, estimate
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.rota import Span
from servicedesk_core.features.skills import Key
from servicedesk_core.features.travel.kept import known
from servicedesk_core.features.travel.kinds import HOMES, PLACES
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.schema import RECORDS

_USUAL = timedelta(hours=1)
"""How long an appointment takes whose end nobody said."""

_A = RECORDS["appointments"].c


class Visit(NamedTuple):
    """An appointment that stands.

    Attributes:
        source_id: The number of its source.
        ref: The vendor's id.
        technicians: The vendor's ids of who goes.
        tickets: Those of what it is for.
        span: When it is.
        place: Where it is; ``None`` = nobody said, or nobody has to go there.
    """

    source_id: int
    ref: str
    technicians: tuple[str, ...]
    tickets: tuple[str, ...]
    span: Span
    place: Point | None


@dataclass(frozen=True)
class Ways:
    """How long ways take, as far as somebody said where things are.

    Attributes:
        homes: Where technicians set out from, by their names in the definitions.
        places: Where clients are, by source, client and site; without a site where the client is else.
        visits: Where technicians are during a day, the earliest first.
        zone: Where days begin.
        told: How long ways take, as far as a map said; the others are estimated.
    """

    homes: Mapping[str, Point] = field(default_factory=dict)
    places: Mapping[tuple[int, str, str | None], Point] = field(default_factory=dict)
    visits: Mapping[Key, list[Visit]] = field(default_factory=dict)
    zone: tzinfo | None = None
    told: Mapping[tuple[Point, Point], timedelta] = field(default_factory=dict, repr=False)
    _known: dict[tuple[Point, Point], timedelta] = field(default_factory=dict, init=False, repr=False, compare=False)

    def place(self, source_id: int, company: str | None, site: str | None) -> Point | None:
        """Return where a site of a client is; ``None`` = nobody said."""
        if company is None:
            return None
        return self.places.get((source_id, company, site)) or self.places.get((source_id, company, None))

    def between(self, one: Point, other: Point) -> timedelta:
        """Return how long a way takes."""
        if (said := self.told.get((one, other))) is not None:
            return said
        if (one, other) not in self._known:
            self._known[one, other] = estimate(one, other)
        return self._known[one, other]

    def to(self, place: Point, name: str, key: Key, at: datetime) -> timedelta | None:
        """Return how long somebody needs to a place: from the visit before on that day, else from home.

        Args:
            place: Where they go.
            name: Their name in the definitions.
            key: The vendor's technician.
            at: When they set out.
        """
        day, since = at.astimezone(self.zone).date(), self.homes.get(name)
        for visit in self.visits.get(key, ()):
            if visit.span.end <= at and visit.span.end.astimezone(self.zone).date() == day:
                since = visit.place or since
        return None if since is None else self.between(since, place)


def ways_of(tx: Tx, span: Span, now: datetime, zone: tzinfo) -> Ways:
    """Return how long ways take in a span.

    Args:
        tx: Any transaction.
        span: For which visits are looked at.
        now: The present: homes and places as they are said to be then.
        zone: The desk's.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    places = _places(tx, now)
    if not places:
        return Ways()
    ways = Ways({one.technician: one.at for one in in_force(tx, HOMES, now)}, places, zone=zone)
    visits: dict[Key, list[Visit]] = defaultdict(list)
    for one in visits_in(tx, span, ways):
        for ref in one.technicians:
            visits[one.source_id, ref].append(one)
    return Ways(ways.homes, places, visits, zone, known(tx, now))


def visits_in(tx: Tx, span: Span, ways: Ways) -> Iterable[Visit]:
    """Yield the appointments that stand in a span, the earliest first.

    Args:
        tx: Any transaction.
        span: The span.
        ways: Where clients are.
    """
    columns = (
        _A.source_id, _A.external_id, _A.technician_refs, _A.ticket_refs, _A.start_at, _A.end_at, _A.company_ref,
        _A.site_ref, _A.is_onsite,
    )  # fmt: skip
    where = (
        _A.start_at < to_us(span.end),
        _A.start_at > to_us(span.start - timedelta(days=1)),
        _A.state != AppointmentState.CANCELLED.value,
        _A.gone_at.is_(None),
    )
    rows = tx.execute(select(*columns).where(*where).order_by(_A.start_at, _A.local_id))
    for source_id, ref, people, tickets, start, end, company, site, is_onsite in rows:
        begins = from_us(start)
        lasts = Span(begins, begins + _USUAL if end is None else from_us(end))
        place = None if is_onsite is False else ways.place(source_id, company, site)
        if lasts.end > span.start:
            yield Visit(source_id, ref, (*orjson.loads(people),), (*orjson.loads(tickets),), lasts, place)


def _places(tx: Tx, now: datetime) -> dict[tuple[int, str, str | None], Point]:
    defined = in_force(tx, PLACES, now)
    companies = meant_each(tx, "companies", {one.company for one in defined})
    sites = meant_each(tx, "sites", {one.site for one in defined if one.site is not None})
    s = RECORDS["sites"].c
    of = (
        {tuple(row[:2]): row[2] for row in tx.execute(select(s.source_id, s.external_id, s.company_ref))}
        if sites
        else {}
    )
    found: dict[tuple[int, str, str | None], Point] = {}
    for one in defined:
        for client in companies[one.company]:
            if one.site is None:
                found[client.source_id, client.external_id, None] = one.at
            for site in sites[one.site] if one.site is not None else ():
                if (
                    of.get((site.source_id, site.external_id)) == client.external_id
                    and site.source_id == client.source_id
                ):
                    found[client.source_id, client.external_id, site.external_id] = one.at
    return found
