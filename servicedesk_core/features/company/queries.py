"""The health of one client."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, Namespace, query
from servicedesk_core.features.agreements import policy_at
from servicedesk_core.features.company.model import Health, Weigh
from servicedesk_core.features.company.reporting import Reading
from servicedesk_core.features.company.tables import Client, taken
from servicedesk_core.features.profit import Month, months_of, results
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.checking import missing, named

MONTHS: Final = 3
"""How many months are looked at, unless somebody names a period."""


class CompanyQueries(Namespace[Manner]):
    """One client as a whole."""

    @query(
        "company.health",
        about="What a client earns and costs, what burdens it most, and what would put that right.",
        needs=Capability.MONEY,
        unscoped="what a client's work costs is for no client's eyes",
        page="servicedesk_core.features.company.pages:health",
    )
    def health(
        self,
        tx: Tx,
        company: Annotated[str, Help("The client, by name or how it begins, or id.")],
        *,
        connection: Annotated[str | None, Help("Where that is, if several have it.")] = None,
        period: Annotated[
            str | None, Help("A month such as 2026-10, a quarter or a year [default: the last 3 months that are over].")
        ] = None,
        by: Annotated[Weigh, Help("By what the largest come first.")] = Weigh.COST,
        top: Annotated[int, Help("So many of each.", between=(1, 100))] = 10,
    ) -> Health:
        """Show what burdens a client most, what removing that saves, and the price at which it reaches its goal.

        Raises:
            NotFoundLocallyError: There is no such client.
            SettingsError: Several clients are called so, that is no period, none of its months is over, or nobody
                decided how margins are counted.
            DefinitionsError: A definition does not fit this program.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        client = _client(tx, company, connection)
        months = _over(period, Month.of(now.astimezone(zone).date()))
        came, of = results(tx, months, zone), taken(tx, client, months, zone)
        return Reading(tx, client, months, came, of, policy_at(tx, now).margin_goal_percent).health(by, top)


def _client(tx: Tx, word: str, connection: str | None) -> Client:
    connections = {one.id: one.name for one in sources.all(tx)}
    if connection is not None:
        sources.id_of(tx, connection)
    found = [Client(source_id, connections[source_id], ref) for source_id, ref in named(tx, company=word)]
    chosen = [one for one in found if connection in {None, one.connection}]
    if not found:
        raise missing("client", word, (), "Name it as the desk shows it, or by the vendor's id.")
    if len(chosen) != 1:
        where = ", ".join(sorted(f"{one.connection} {one.ref}" for one in found))
        message = f'"{word}" is of several clients: {where}.' if chosen else f'"{word}" is only there: {where}.'
        raise SettingsError(message, hint="Name one by its id, and with --connection where that is.")
    return chosen[0]


def _over(period: str | None, present: Month) -> tuple[Month, ...]:
    """Return the months of a period that are over."""
    if period is None:
        number = present.year * 12 + present.number - 1
        return tuple(Month(one // 12, one % 12 + 1) for one in range(number - MONTHS, number))
    months = tuple(one for one in months_of(period) if one < present)
    if not months:
        raise SettingsError(f"No month of {period} is over.", hint="Name an earlier one.")
    return months
