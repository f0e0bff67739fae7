"""Work: what it costs, and whether what it earned is known. The database adds it up."""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, union

from servicedesk_core.features.profit.kinds import Allocation
from servicedesk_core.features.profit.ledger import Cell, Excluded, Left
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.tables.places import About, Places, count_undated
from servicedesk_core.features.profit.tables.rates import Rates
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.adding import added_up
from servicedesk_core.store.queries.billed import counted
from servicedesk_core.store.schema import RECORDS, billing_sources, sources

_ONE: Final = Decimal(1)


def book_work(tx: Tx, slots: Slots, places: Places, rates: Rates) -> None:
    """Book the work of a period.

    Args:
        tx: Any transaction.
        slots: The period, cut wherever a cost rate changes.
        places: Where it belongs, and the books.
        rates: What it costs.
    """
    has_work: set[tuple[Month, int, str]] = set()
    for row in tx.execute(_work(slots).execution_options(yield_per=1_000)):
        month = slots.month(row.slot)
        book, cell = places.books[month], _cell(places, month, row)
        count, worked_s = row.facts, int(row.worked_s)
        if row.is_internal:
            book.leave(Left(Excluded.INTERNAL), count, worked_s)
            continue
        if places.is_left(month, cell, count, worked_s):
            continue
        technician, role, code = row.technician_ref or "", row.role_ref or "", row.billing_code_ref or ""
        rate = rates.of(row.source_id, technician, role, slots.days[row.slot], row.contract or "")
        if rate is None:
            book.worked(cell, worked_s, count, hour=None)
        else:
            multiplier = rate.multipliers.get((row.source_id, code), _ONE)
            book.worked(cell, worked_s, count, hour=rate.hour, multiplier=multiplier, currency=rate.currency)
        terms = places.contracts.get((row.source_id, cell.contract))
        has_work.add((month, row.source_id, cell.contract))
        if row.is_unposted and not (terms and terms.covers(role, code)):
            book.unknown(cell, count)
    for month, book in places.books.items():
        for (source_id, contract), terms in places.contracts.items():
            cell = Cell(str(month), source_id, terms.company, contract)
            is_counted = places.left(month, cell) is None
            if is_counted and terms.earns_in(month, has_work=(month, source_id, contract) in has_work):
                book.expect(cell)
    count_undated(tx, places, "time_entries", and_(_DAY.is_(None), _AT.is_(None)))
    if any(book.policy.allocation is Allocation.ENDPOINTS for book in places.books.values()):
        _count_devices(tx, slots, places)


_DAY, _AT = RECORDS["time_entries"].c.work_date, RECORDS["time_entries"].c.start_at


def contract_of() -> ColumnElement[Any]:
    """Return the contract on which work was done."""
    return func.coalesce(RECORDS["time_entries"].c.contract_ref, RECORDS["tickets"].c.contract_ref)


def _work(slots: Slots) -> Select[Any]:
    """Return the query for work, added up by everything that its cost and its revenue depend on."""
    of, tickets = RECORDS["time_entries"].c, RECORDS["tickets"].c
    items = RECORDS["billing_items"].c
    by_psa = select(items.source_id, items.time_entry_ref).where(
        items.gone_at.is_(None), items.time_entry_ref.is_not(None)
    )
    billed = billing_sources.c
    by_us = counted(sources.c.id, billed.ref).where(billed.stream == "time_entries")
    posted = union(by_psa, by_us).subquery("posted")
    about = About("time_entries")
    lacks_line = and_(posted.c.time_entry_ref.is_(None), func.coalesce(of.is_billable, True))
    facts = select(
        of.source_id,
        tickets.company_ref.label("company"),
        contract_of().label("contract"),
        about.project.label("project"),
        about.kind.label("kind"),
        of.technician_ref,
        of.role_ref,
        of.billing_code_ref,
        slots.number(_DAY, _AT),
        case((and_(of.ticket_ref.is_(None), of.task_ref.is_(None)), 1), else_=0).label("is_internal"),
        case((lacks_line, 1), else_=0).label("is_unposted"),
        func.coalesce(of.worked_s, 0).label("worked_s"),
    )
    named = and_(posted.c.source_id == of.source_id, posted.c.time_entry_ref == of.external_id)
    of_period = of.gone_at.is_(None), slots.within(_DAY, _AT)
    return added_up(facts.select_from(about.joined.outerjoin(posted, named)).where(*of_period), "worked_s")


def _count_devices(tx: Tx, slots: Slots, places: Places) -> None:
    of, tickets = RECORDS["time_entries"].c, RECORDS["tickets"].c
    about, slot = About("time_entries"), slots.number(_DAY, _AT)
    query = (
        select(
            of.source_id,
            tickets.company_ref.label("company"),
            contract_of().label("contract"),
            about.project.label("project"),
            about.kind.label("kind"),
            slot,
            tickets.asset_ref,
        )
        .select_from(about.joined)
        .where(of.gone_at.is_(None), slots.within(_DAY, _AT), tickets.asset_ref.is_not(None))
        .distinct()
    )
    found: dict[tuple[Month, Cell], set[str]] = {}
    for row in tx.execute(query.execution_options(yield_per=1_000)):
        month = slots.month(row.slot)
        found.setdefault((month, _cell(places, month, row)), set()).add(row.asset_ref)
    for (month, cell), devices in found.items():
        places.books[month].devices(cell, len(devices))


def _cell(places: Places, month: Month, row: Row[Any]) -> Cell:
    return places.cell(
        month, row.source_id, company=row.company, contract=row.contract, project=row.project, kind=row.kind
    )
