"""Clients by the tickets that they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from sqlalchemy import Connection

from servicedesk_core import Page, Scope
from servicedesk_core.faces import (
    After,
    Column,
    Figures,
    Help,
    Limit,
    Looking,
    Manner,
    Namespace,
    Point,
    Series,
    Sort,
    Table,
    dashboard,
    piece,
    query,
)
from servicedesk_noisy.kpis import DAYS, KPIS
from servicedesk_noisy.tables import by_client, by_day


@dataclass(frozen=True, slots=True)
class NoisyClient:
    """A client and its new tickets."""

    client: Annotated[str, Column("Name of the client.")]
    tickets: Annotated[int, Column("Tickets that were created.", "New tickets")]
    still_open: Annotated[int, Column("Those of them that are open.")]


def _weeks(looking: Looking) -> Iterator[Point]:
    days = by_day(looking.tx, looking.at, 4 * 7, looking.scope)
    for week in reversed(range(4)):
        ends = looking.at - timedelta(weeks=week)
        names = [(ends - timedelta(days=day)).date().isoformat() for day in range(7)]
        yield Point(f"week to {names[0]}", sum(days.get(name, 0) for name in names))


class NoisyClients(Namespace[Manner]):
    """Clients that make most tickets."""

    @query("noisy.list", about="Clients by new tickets.", empty="No ticket was created in these days.")
    def clients(
        self,
        tx: Connection,
        *,
        days: Annotated[int, Help("Created in so many days.", between=(1, 366))] = DAYS,
        sort: Sort = None,
        limit: Limit = 10,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[NoisyClient]:
        """List the clients that made most tickets."""
        found = Page(tuple(NoisyClient(*one) for one in by_client(tx, self.desk.clock.now(), days, scope)))
        return piece(found, NoisyClient, by="-tickets,client", sort=sort, after=after, limit=limit)

    overview = dashboard(
        "noisy.overview",
        "Noisy clients",
        (Figures("Now", KPIS), Table(f"Last {DAYS} days", clients), Series("New tickets a week", _weeks)),
        about="Show how many clients make too many tickets, which, and since when.",
    )
