"""Which tickets could be claimed: incidents of the hardware on a device. Whether it was covered is asked elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, or_, select, true

from servicedesk_core.domain import TicketKind
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS, claims
from servicedesk_core.store.schema import sources as source_table

_T, _A, _C = RECORDS["tickets"].c, RECORDS["assets"].c, RECORDS["companies"].c
_WORDS = ("category", "issue", "sub_issue")


@dataclass(frozen=True, slots=True)
class EligibleTicket:
    """A ticket about the hardware of a device.

    Attributes:
        source_id: The desk's number of the connection.
        connection: Name of the connection.
        external_id: The vendor's id of the ticket.
        number: Its number, for people.
        title: Its title.
        is_open: Whether it still needs work.
        created_at: When it was opened: the day of the failure, as far as anybody knows.
        company_ref: The vendor's id of the client.
        company: Its name.
        asset_id: The desk's own number of the device.
        asset_ref: The vendor's id of the device.
        asset: What people call the device.
        serial_number: As the record states it.
        manufacturer: As the record states it.
        is_retired: Whether the PSA calls the device retired.
        claims: Our ids of the claims that were made for the ticket, cancelled ones left out.
    """

    source_id: int
    connection: str
    external_id: str
    number: str | None
    title: str
    is_open: bool
    created_at: datetime | None
    company_ref: str | None
    company: str | None
    asset_id: int
    asset_ref: str
    asset: str | None
    serial_number: str | None
    manufacturer: str | None
    is_retired: bool = False
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Eligible:
    """The tickets, and what was left out on the way to them.

    Attributes:
        tickets: About hardware, with a device, the newest first.
        incidents: Incidents that were looked at.
        without_device: Of these, how many name no device that the store knows.
        not_hardware: Of the rest, how many are in no category of hardware.
    """

    tickets: tuple[EligibleTicket, ...]
    incidents: int
    without_device: int
    not_hardware: int


def eligible(
    tx: Connection,
    *,
    hardware: Collection[str],
    only_open: bool = True,
    connection: str | None = None,
    company: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    tickets: Collection[str] = (),
    scope: Scope | None = None,
) -> Eligible:
    """Return the tickets that could be claimed if their device was covered when it failed.

    Args:
        tx: A transaction.
        hardware: Words of which one must stand in the ticket's category, issue or sub-issue, in any case.
        only_open: Only tickets that still need work.
        connection: Only of this connection.
        company: Only of these clients, by id or name; empty = of any.
        since: Opened at or after.
        until: Opened before.
        tickets: Only these, by id or number; empty = all.
        scope: Only what it lets through; one of queues alone lets no device through, so no ticket with one.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    conditions = [_T.gone_at.is_(None), _T.kind == TicketKind.INCIDENT.value]
    if only_open:
        conditions.append(_T.is_open)
    if connection is not None:
        conditions.append(_T.source_id == source_of(tx, connection, scope))
    if company:
        of_client = refers(
            tx, _T.source_id, _T.company_ref, "companies", company, begins=True, connection=connection, scope=scope
        )
        conditions.append(of_client)
    if since is not None:
        conditions.append(_T.created_at >= to_us(since))
    if until is not None:
        conditions.append(_T.created_at < to_us(until))
    if tickets:
        conditions.append(or_(_T.external_id.in_(list(tickets)), _T.number.in_(list(tickets))))
    seen: ColumnElement[bool] = true()
    if scope is not None:
        sight = Sight(tx, scope)
        conditions.append(sight.require("tickets"))
        own = sight.condition("assets")
        seen = false() if own is None else own
    table, asset, client = RECORDS["tickets"], RECORDS["assets"], RECORDS["companies"]
    joined = table.outerjoin(
        asset, (_A.source_id == _T.source_id) & (_A.external_id == _T.asset_ref) & _A.gone_at.is_(None) & seen
    ).outerjoin(client, (_C.source_id == _T.source_id) & (_C.external_id == _T.company_ref))
    words = _hardware_words(tx, hardware)
    is_hardware = or_(*(_T[name].in_(found) for name, found in words.items()))
    counted = select(func.count(), func.count(_A.local_id), func.count().filter(_A.local_id.is_not(None), is_hardware))
    incidents, with_device, both = tx.execute(counted.select_from(joined).where(*conditions)).one()
    query = (
        select(
            *(_T[name] for name in ("source_id", "external_id", "number", "title", "is_open", "created_at")),
            _T.company_ref,
            _C.name.label("company"),
            source_table.c.name.label("connection"),
            _A.local_id.label("asset_id"),
            _A.external_id.label("asset_ref"),
            func.coalesce(_A.name, _A.hostname, _A.reference_number).label("asset"),
            _A.serial_number,
            _A.manufacturer,
            _A.is_active,
        )
        .select_from(joined.join(source_table, source_table.c.id == _T.source_id))
        .where(*conditions, _A.local_id.is_not(None), is_hardware)
        .order_by(_T.created_at.desc(), _T.local_id.desc())
    )
    rows = list(tx.execute(query))
    made = _claims(tx, rows) if rows else {}
    return Eligible(
        tickets=tuple(_ticket(row, made.get((row.source_id, row.external_id), ())) for row in rows),
        incidents=incidents,
        without_device=incidents - with_device,
        not_hardware=with_device - both,
    )


def _hardware_words(tx: Connection, hardware: Collection[str]) -> dict[str, list[str]]:
    """Return the vendor's words that mean hardware; compared here, because SQLite folds only ASCII."""
    wanted = [word.casefold() for word in hardware if word.strip()]
    return {
        name: [
            word
            for (word,) in tx.execute(select(_T[name]).where(_T[name].is_not(None)).distinct())
            if any(one in word.casefold() for one in wanted)
        ]
        for name in _WORDS
    }


def _claims(tx: Connection, rows: Collection[Any]) -> dict[tuple[int, str], tuple[str, ...]]:
    made: dict[tuple[int, str], tuple[str, ...]] = {}
    query = select(claims.c.ticket_source_id, claims.c.ticket_ref, claims.c.claim_id).where(
        claims.c.ticket_source_id.in_({row.source_id for row in rows}), claims.c.state != "cancelled"
    )
    for source_id, ticket_ref, claim_id in tx.execute(query):
        made[source_id, ticket_ref] = (*made.get((source_id, ticket_ref), ()), claim_id)
    return made


def _ticket(row: Any, made: tuple[str, ...]) -> EligibleTicket:
    return EligibleTicket(
        source_id=row.source_id,
        connection=row.connection,
        external_id=row.external_id,
        number=row.number,
        title=row.title,
        is_open=bool(row.is_open),
        created_at=optional_instant(row.created_at),
        company_ref=row.company_ref,
        company=row.company,
        asset_id=row.asset_id,
        asset_ref=row.asset_ref,
        asset=row.asset,
        serial_number=row.serial_number,
        manufacturer=row.manufacturer,
        is_retired=row.is_active is False,
        claims=made,
    )
