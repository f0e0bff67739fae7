"""Work and goods whose cost nobody knows, one by one."""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, null, or_, select

from servicedesk_core.faces import Page, piece
from servicedesk_core.features.profit.model import Uncosted, UncostedRow
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables.labour import contract_of
from servicedesk_core.features.profit.tables.parts import CostedByUs, uncosted_parts
from servicedesk_core.features.profit.tables.rates import Rates, said_by_psa
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table

COLUMNS: Final = ("day", "ref", "worked_s")

_WHY: Final = {
    Uncosted.CHARGES: "the charge has no cost",
    Uncosted.SERVICES: "the service has no cost for these days",
}


def page(
    tx: Tx,
    months: Sequence[Month],
    zone: tzinfo,
    of: Uncosted,
    *,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[UncostedRow]:
    """Return a page of what lacks a cost.

    Args:
        tx: Any transaction.
        months: The period.
        zone: The desk's zone.
        of: What lacks one.
        sort: See :func:`servicedesk_core.store.paging.page_of`.
        limit: See there.
        after: See there.

    Raises:
        SettingsError: It cannot be sorted by that.
        CursorError: It is no position of this list.
    """
    rates = Rates(tx, zone)
    slots = Slots(months, rates.changes, zone)
    if of is Uncosted.PARTS:
        rows = uncosted_parts(tx, *slots.span, zone)
        return piece(Page(tuple(rows)), UncostedRow, by="day,ref", sort=sort, after=after, limit=limit)
    query, day = {Uncosted.TIME: _time, Uncosted.CHARGES: _charges, Uncosted.SERVICES: _services}[of](slots, rates)
    table = RECORDS[{"time": "time_entries", "charges": "charges", "services": "contract_units"}[of.value]].c
    worked: Any = table.worked_s if of is Uncosted.TIME else table.local_id
    columns = {"day": day, "ref": table.external_id, "worked_s": worked, "local_id": table.local_id}
    found, more = page_of(tx, query, columns, lambda row: row, by="day,local_id", sort=sort, after=after, limit=limit)
    names = Names(tx)
    for row in found:
        names.want(row.source_id, "technicians", row.technician_ref)
        names.want(row.source_id, "roles", row.role_ref)
    return Page(tuple(_row(row, of, names, zone) for row in found), more)


def _row(row: Any, of: Uncosted, names: Names, zone: tzinfo) -> UncostedRow:
    technician = names.of(row.source_id, "technicians", row.technician_ref) or row.technician_ref
    role = names.of(row.source_id, "roles", row.role_ref) or row.role_ref
    whose = f"{technician or 'nobody'} as {role}" if role else technician or "nobody"
    at = None if row.at is None else from_us(row.at).astimezone(zone).date()
    return UncostedRow(
        connection=row.connection,
        ref=row.external_id,
        day=date.fromisoformat(row.day) if row.day else at,
        ticket_number=row.number,
        technician=technician,
        role=role,
        name=row.name,
        worked_s=row.worked_s,
        why=_WHY.get(of) or f"no cost rate of {whose} for that day",
    )


def _time(slots: Slots, rates: Rates) -> tuple[Select[Any], ColumnElement[Any]]:
    of = RECORDS["time_entries"].c
    lacking = or_(
        *(
            and_(slots.within_slot(number, of.work_date, of.start_at), not_(_has_rate(rates, day)))
            for number, day in enumerate(slots.days)
        )
    )
    rate = RECORDS["contract_rates"].c
    said = exists().where(
        said_by_psa(),
        rate.source_id == of.source_id,
        rate.contract_ref == contract_of(),
        or_(rate.technician_ref.is_(None), rate.technician_ref == of.technician_ref),
        or_(rate.role_ref.is_(None), rate.role_ref == of.role_ref),
    )
    concerns_somebody = or_(of.ticket_ref.is_not(None), of.task_ref.is_not(None))
    query = _about(
        "time_entries", of.work_date, of.start_at, of.technician_ref, of.role_ref, null(), of.worked_s
    ).where(lacking, ~said, concerns_somebody)
    return query, of.work_date


def _has_rate(rates: Rates, day: date) -> ColumnElement[bool]:
    """Return that what an hour of a time entry costs was decided for a day."""
    of = RECORDS["time_entries"].c
    held: list[ColumnElement[bool]] = []
    for source_id, technician, role in rates.on(day):
        whose = [of.source_id == source_id]
        whose += [of.technician_ref == technician] if technician else []
        whose += [of.role_ref == role] if role else []
        held.append(and_(*whose))
    return func.coalesce(or_(literal(value=False), *held), False)


def _charges(slots: Slots, rates: Rates) -> tuple[Select[Any], ColumnElement[Any]]:
    del rates
    of = RECORDS["charges"].c
    ours = CostedByUs()
    query = _about("charges", of.bought_on, of.created_at, null(), null(), of.name, null()).outerjoin(*ours.found)
    return query.where(of.cost.is_(None), ~ours.is_one, slots.within(of.bought_on, of.created_at)), of.bought_on


def _services(slots: Slots, rates: Rates) -> tuple[Select[Any], ColumnElement[Any]]:
    del rates
    of, services = RECORDS["contract_units"].c, RECORDS["contract_services"].c
    first, end = slots.span
    named = (
        select(services.name)
        .where(services.source_id == of.source_id, services.external_id == of.contract_service_ref)
        .scalar_subquery()
    )
    query = _about("contract_units", of.start_on, null(), null(), null(), named, null())
    return query.where(of.cost.is_(None), of.start_on < end.isoformat(), of.end_on >= first.isoformat()), of.start_on


def _about(stream: str, *values: Any) -> Select[Any]:
    """Return the query for live records; given are day, instant, technician, role, name and work."""
    of, tickets = RECORDS[stream], RECORDS["tickets"]
    names = ("day", "at", "technician_ref", "role_ref", "name", "worked_s")
    shown = [value.label(name) for name, value in zip(names, values, strict=True)]
    found = of.join(source_table, source_table.c.id == of.c.source_id)
    number: Any = null().label("number")
    if "ticket_ref" in of.c:
        on = and_(tickets.c.source_id == of.c.source_id, tickets.c.external_id == of.c.ticket_ref)
        found, number = found.outerjoin(tickets, on), tickets.c.number
    head = (of.c.local_id, of.c.source_id, of.c.external_id, source_table.c.name.label("connection"), number)
    return select(*head, *shown).select_from(found).where(of.c.gone_at.is_(None))
