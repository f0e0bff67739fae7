"""The warranty report: how the devices stand, what ends, and what claims brought back."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features import claims
from servicedesk_core.features.claims import ClaimFilter, ClaimNumbers, ClaimRow
from servicedesk_core.features.warranty.model import CoverRow, MissedClaim
from servicedesk_core.features.warranty.tables.lists import cover_rows, missed, without_retired
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.store.queries.checking import check_names
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, sources

HORIZONS = (30, 60, 90, 180)
"""Days ahead in which covers that end are counted."""


@dataclass(frozen=True, slots=True)
class Client:
    """The one client of a report.

    Attributes:
        connection: Connection that the record comes from.
        external_id: The vendor's id.
        name: Its name.
    """

    connection: str
    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class WarrantyReport:
    """The warranty of a desk, or of one client of it.

    Attributes:
        desk: Name of the desk.
        timezone: IANA name of the desk's zone.
        as_of: When this was true.
        day: The day that states are told for.
        client: The client; ``None`` = all.
        with_costs: Whether money is told.
        devices: How many devices.
        retired: How many more the PSA calls retired; left out of all that is told of devices.
        states: How many of them stand how.
        sources: How many of the believed answers are whose word.
        ending: By days ahead, how many covers end by then.
        missed: Hardware work on covered devices without a claim.
        missed_unknown: Hardware work on devices of which nobody can tell.
        claims: Claims by state and age, how many were approved, and what was recovered.
        device_rows: The devices, for one client.
        claim_rows: The claims, for one client.
        missed_rows: The missed claims, for one client.
    """

    desk: str
    timezone: str
    as_of: datetime
    day: date
    client: Client | None
    with_costs: bool
    devices: int
    retired: int
    states: dict[str, int]
    sources: dict[str, int]
    ending: dict[int, int]
    missed: int
    missed_unknown: int
    claims: ClaimNumbers
    device_rows: tuple[CoverRow, ...] = ()
    claim_rows: tuple[ClaimRow, ...] = ()
    missed_rows: tuple[MissedClaim, ...] = ()


def client_of(tx: Connection, text: str, scope: Scope | None = None) -> Client:
    """Return the one client that an id or a name means.

    Args:
        tx: A read transaction.
        text: Id or name, in any case.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is none.
        SettingsError: There are several, and a page of one must not show another's data.
    """
    c = RECORDS["companies"].c
    query = (
        select(sources.c.name, c.external_id, c.name)
        .join(sources, sources.c.id == c.source_id)
        .where(c.gone_at.is_(None), refers(tx, c.source_id, c.external_id, "companies", (text,), scope=scope))
    )
    if scope is not None:
        query = query.where(Sight(tx, scope).require("companies"))
    found = [Client(*row) for row in tx.execute(query)]
    if not found:
        check_names(tx, scope, companies=(text,), begins=False)
        raise NotFoundLocallyError(f'There is no client "{text}".', hint="Give its name or id as your PSA has it.")
    if len(found) > 1:
        ids = ", ".join(f"{one.connection}: {one.external_id}" for one in found)
        raise SettingsError(f'"{text}" is more than one client.', hint=f"Give the id instead ({ids}).")
    return found[0]


def build(
    tx: Connection,
    *,
    desk: str,
    timezone: str,
    now: datetime,
    day: date,
    hardware: Collection[str],
    company: str | None = None,
    with_costs: bool = True,
    scope: Scope | None = None,
    retired: bool = False,
) -> WarrantyReport:
    """Return the report.

    Args:
        tx: A read transaction.
        desk: Name of the desk.
        timezone: The desk's zone.
        now: The current instant.
        day: Today in the desk's zone.
        hardware: Words of which one must stand in a ticket's category.
        company: Only this client, by id or name.
        with_costs: Whether money is told.
        scope: Only what it lets through.
        retired: Whether devices count that the PSA calls retired.

    Raises:
        NotFoundLocallyError: There is no such client.
        SettingsError: There are several.
    """
    client = None if company is None else client_of(tx, company, scope)
    if client is not None and scope is None:  # an id is a client's only together with its connection
        scope = Scope(client.connection, companies=client.external_id)
    chosen = AssetFilter(of=(client.connection, client.external_id) if client else None, scope=scope)
    left_out = 0
    if not retired:
        chosen, left_out = without_retired(tx, chosen)
    states: Counter[CoverState] = Counter()
    believed: Counter[str] = Counter()
    ending: Counter[int] = Counter()
    rows: list[CoverRow] = []
    for row in cover_rows(tx, chosen, day):
        states[row.state] += 1
        believed[row.source or "none"] += 1
        if row.state is CoverState.COVERED and row.days_left is not None:
            ending.update(limit for limit in HORIZONS if row.days_left <= limit)
        if client is not None:
            rows.append(row)
    lost = missed(
        tx, hardware=hardware, timezone=timezone, company=(client.external_id,) if client else (), scope=scope,
        retired=retired,
    )  # fmt: skip
    lost_rows = [row for row in lost.items if client is None or row.connection == client.connection]
    of_client = ClaimFilter(company=(client.external_id,) if client else (), everything=True)
    numbers = claims.numbers(tx, of_client, now, scope)
    return WarrantyReport(
        desk=desk,
        timezone=timezone,
        as_of=now,
        day=day,
        client=client,
        with_costs=with_costs,
        devices=states.total(),
        retired=left_out,
        states={state.value: states[state] for state in CoverState if states[state]},
        sources=dict(sorted(believed.items())),
        ending={limit: ending[limit] for limit in HORIZONS},
        missed=len(lost_rows),
        missed_unknown=lost.unknown,
        claims=numbers if with_costs else replace(numbers, recovered=()),
        device_rows=tuple(sorted(rows, key=_order)),
        claim_rows=() if client is None else _own(claims.rows(tx, of_client, now.date(), scope=scope), client),
        missed_rows=() if client is None else tuple(lost_rows),
    )


def _own(rows: tuple[ClaimRow, ...], client: Client) -> tuple[ClaimRow, ...]:
    """Leave out what only has the same number in another PSA."""
    return tuple(row for row in rows if (row.company_ref, row.company) == (client.external_id, client.name))


def _order(row: CoverRow) -> tuple[date, str]:
    return (row.until or date.max, row.name or row.serial_number or "")
