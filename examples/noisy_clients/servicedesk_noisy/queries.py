"""Clients by the tickets that they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from sqlalchemy import Connection

from servicedesk_core import Page, Scope
from servicedesk_core.faces import Column, Figures, Help, Manner, Namespace, Series, Table, dashboard, query
from servicedesk_noisy.kpis import DAYS, KPIS
from servicedesk_noisy.tables import by_client, by_day


@dataclass(frozen=True, slots=True)
class NoisyClient:
    """A client and its new tickets."""

    client: Annotated[str, Column("Name of the client.")]
    tickets: Annotated[int, Column("Tickets that were created.", "New tickets")]
    still_open: Annotated[int, Column("Those of them that are open.")]


def _weeks(tx: Connection, at: datetime, scope: Scope | None) -> Iterator[tuple[str, float]]:
    days = by_day(tx, at, 4 * 7, scope)
    for week in reversed(range(4)):
        ends = at - timedelta(weeks=week)
        names = [(ends - timedelta(days=day)).date().isoformat() for day in range(7)]
        yield f"week to {names[0]}", sum(days.get(name, 0) for name in names)


class NoisyClients(Namespace[Manner]):
    """Clients that make most tickets."""

    @query("noisy.list", about="Clients by new tickets.", empty="No ticket was created in these days.")
    def clients(
        self,
        tx: Connection,
        *,
        days: Annotated[int, Help("Created in so many days.", between=(1, 366))] = DAYS,
        limit: Annotated[int, Help("At most so many.", between=(1, 1_000))] = 10,
        scope: Scope | None = None,
    ) -> Page[NoisyClient]:
        """List the clients that made most tickets."""
        found = by_client(tx, self.desk.clock.now(), days, scope)
        return Page(tuple(NoisyClient(*one) for one in found[:limit]))

    overview = dashboard(
        "noisy.overview",
        "Noisy clients",
        (Figures("Now", KPIS), Table(f"Last {DAYS} days", clients), Series("New tickets a week", _weeks)),
        about="Show how many clients make too many tickets, which, and since when.",
    )
