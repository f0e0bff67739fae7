"""What was billed, what contracts earn and cost, what goods cost, and what manufacturers gave back."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, case, func, or_, select, type_coerce

from servicedesk_core.domain.warranty import CreditKind
from servicedesk_core.features.claims import AGREED
from servicedesk_core.features.profit.ledger import UNALLOCATED, Earning
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.rules import prorated
from servicedesk_core.features.profit.tables.parts import CostedByUs
from servicedesk_core.features.profit.tables.places import About, Places, count_undated
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.adding import added_up
from servicedesk_core.store.schema import RECORDS, claim_credits, claims

Periods = dict[tuple[int, str], list[tuple[str, str]]]
"""First and last days for which a contract's service has units, by source and service."""

_SERVICE: Final = "service"
_PRICES: Final = ("price", "own_price")


def book_revenue(tx: Tx, slots: Slots, places: Places) -> None:
    """Book what a period earned, and what it cost besides work."""
    periods = _book_units(tx, slots, places)
    _book_lines(tx, slots, places, periods)
    _book_charges(tx, slots, places)
    _book_recovery(tx, slots, places)


def _book_units(tx: Tx, slots: Slots, places: Places) -> Periods:
    of = RECORDS["contract_units"].c
    first, end = slots.span
    is_dated = and_(of.start_on.is_not(None), of.end_on.is_not(None))
    query = (
        select(
            of.source_id, of.contract_ref, of.contract_service_ref, of.start_on, of.end_on,
            of.price, of.own_price, of.cost, of.currency,
        )
        .where(of.gone_at.is_(None), is_dated, of.start_on < end.isoformat(), of.end_on >= first.isoformat())
    )  # fmt: skip
    periods: Periods = defaultdict(list)
    for row in tx.execute(query.execution_options(yield_per=1_000)):
        periods[row.source_id, row.contract_service_ref or ""].append((row.start_on, row.end_on))
        terms = places.contracts.get((row.source_id, row.contract_ref or ""))
        span = date.fromisoformat(row.start_on), date.fromisoformat(row.end_on)
        for month, book in places.books.items():
            if span[0] > month.days[1] or span[1] < month.days[0]:
                continue
            cell = places.cell(
                month, row.source_id, company=None, contract=row.contract_ref, project=None, kind=UNALLOCATED
            )
            if places.is_left(month, cell):
                continue
            (amount, currency), own = _money(row), book.policy.currency
            active = terms.days if terms else span
            book.earned(cell, Earning.RECURRING, _part(amount, span, active, month, currency or own), currency)
            book.spent(cell, _part(row.cost, span, active, month, own), on_contract=True)
    count_undated(tx, places, "contract_units", or_(of.start_on.is_(None), of.end_on.is_(None)))
    return periods


def _part(
    whole: int | None, span: tuple[date, date], active: tuple[date, date], month: Month, currency: str
) -> Decimal | None:
    """Return so much of an amount in micro-units as a month has of the days of a period."""
    return None if whole is None else prorated(from_micro(whole), span, active, month.days, currency)


def _book_lines(tx: Tx, slots: Slots, places: Places, periods: Periods) -> None:
    of = RECORDS["billing_items"].c
    for row in tx.execute(_lines(slots).execution_options(yield_per=1_000)):
        month = slots.month(row.slot)
        cell = places.cell(
            month, row.source_id, company=row.company, contract=row.contract, project=row.project, kind=row.kind
        )
        what = Earning.RECURRING if row.what == _SERVICE else Earning(row.what)
        if what is Earning.RECURRING:
            told = periods.get((row.source_id, row.service), ())
            if any(first <= row.day <= last for first, last in told):
                continue  # the periods of its contract say the same
        known, currency = _money(row)
        amount = None if known is None else from_micro(int(known))
        is_converted = row.own_price and row.block_currency != places.books[month].policy.currency
        if what is Earning.BLOCKS and row.hourly_price is not None and not is_converted:
            amount, currency = from_micro(int(row.quantity)) * from_micro(row.hourly_price), row.block_currency or ""
        if not places.is_left(month, cell, row.facts):
            places.books[month].earned(cell, what, amount, currency, row.facts)
    count_undated(tx, places, "billing_items", of.item_on.is_(None))


def _lines(slots: Slots) -> Select[Any]:
    """Return the query for posted lines that are to be paid, added up by where they belong."""
    of, tickets, blocks = RECORDS["billing_items"].c, RECORDS["tickets"].c, RECORDS["contract_blocks"].c
    about = About("billing_items")
    what = case(
        (of.charge_ref.is_not(None), Earning.PARTS.value),
        (and_(of.time_entry_ref.is_not(None), of.contract_block_ref.is_not(None)), Earning.BLOCKS.value),
        (of.time_entry_ref.is_not(None), Earning.TIME.value),
        (of.contract_service_ref.is_not(None), _SERVICE),
        else_=Earning.OTHER.value,
    )
    is_service = what == _SERVICE
    is_block = what == Earning.BLOCKS.value
    facts = (
        select(
            of.source_id,
            func.coalesce(of.company_ref, tickets.company_ref).label("company"),
            func.coalesce(of.contract_ref, tickets.contract_ref).label("contract"),
            about.project.label("project"),
            about.kind.label("kind"),
            slots.number(of.item_on),
            what.label("what"),
            case((is_service, of.contract_service_ref)).label("service"),
            case((is_service, of.item_on)).label("day"),
            case((is_block, blocks.hourly_price)).label("hourly_price"),
            case((is_block, blocks.currency)).label("block_currency"),
            *_priced(of),
            func.coalesce(of.quantity, 0).label("quantity"),
        )
        .select_from(
            about.joined.outerjoin(
                RECORDS["contract_blocks"],
                and_(blocks.source_id == of.source_id, blocks.external_id == of.contract_block_ref),
            )
        )
        .where(of.gone_at.is_(None), func.coalesce(of.is_billable, True), slots.within(of.item_on))
    )
    return added_up(facts, "quantity", *_PRICES)


def _book_charges(tx: Tx, slots: Slots, places: Places) -> None:
    """Book what goods cost, and what those earn whose price no posted line says yet."""
    of, tickets, items = RECORDS["charges"].c, RECORDS["tickets"].c, RECORDS["billing_items"].c
    about = About("charges")
    posted = (
        select(items.source_id, items.charge_ref)
        .where(items.gone_at.is_(None), items.charge_ref.is_not(None))
        .distinct()
        .subquery("posted")
    )
    named = and_(posted.c.source_id == of.source_id, posted.c.charge_ref == of.external_id)
    earns = case((or_(posted.c.charge_ref.is_not(None), of.is_billable.is_(False)), 0), else_=1)
    is_sure = func.coalesce(of.is_billable, False)
    ours = CostedByUs()  # what the part cost when it was taken is booked instead: once, and as exact
    facts = (
        select(
            of.source_id,
            tickets.company_ref.label("company"),
            tickets.contract_ref.label("contract"),
            about.project.label("project"),
            about.kind.label("kind"),
            slots.number(of.bought_on, of.created_at),
            earns.label("earns"),
            case((is_sure, 1), else_=0).label("is_sure"),
            case((ours.is_one, 0), (of.cost.is_(None), 1), else_=0).label("lacks_cost"),
            *_priced(of),
            case((ours.is_one, 0), else_=of.cost).label("cost"),
        )
        .select_from(about.joined.outerjoin(posted, named).outerjoin(*ours.found))
        .where(of.gone_at.is_(None), slots.within(of.bought_on, of.created_at))
    )
    for row in tx.execute(added_up(facts, "cost", *_PRICES).execution_options(yield_per=1_000)):
        month = slots.month(row.slot)
        cell = places.cell(
            month, row.source_id, company=row.company, contract=row.contract, project=row.project, kind=row.kind
        )
        cost = None if row.lacks_cost else from_micro(int(row.cost))
        if places.is_left(month, cell, row.facts):
            continue
        book = places.books[month]
        book.spent(cell, cost, row.facts)
        if row.earns:
            known, currency = _money(row)
            amount = None if known is None or not row.is_sure else from_micro(int(known))
            book.earned(cell, Earning.PARTS, amount, currency, row.facts)
    count_undated(tx, places, "charges", and_(of.bought_on.is_(None), of.created_at.is_(None)))


def _book_recovery(tx: Tx, slots: Slots, places: Places) -> None:
    """Book what manufacturers agreed to give back, on the day on which they did."""
    tickets, given = RECORDS["tickets"].c, claim_credits.c
    day = type_coerce(given.approved_on, Text)
    micro = type_coerce(given.approved, BigInteger)
    query = (
        select(
            claims.c.ticket_source_id.label("source_id"),
            func.coalesce(tickets.company_ref, claims.c.company_ref).label("company"),
            tickets.contract_ref.label("contract"),
            tickets.project_ref.label("project"),
            func.coalesce(tickets.kind, UNALLOCATED).label("kind"),
            slots.number(day),
            given.currency,
            case((given.kind == CreditKind.FEE, -func.abs(micro)), else_=micro).label("approved"),
        )
        .select_from(
            claim_credits.join(claims, claims.c.id == given.claim).outerjoin(
                RECORDS["tickets"],
                and_(tickets.source_id == claims.c.ticket_source_id, tickets.external_id == claims.c.ticket_ref),
            )
        )
        .where(given.state.in_(AGREED), given.approved.is_not(None), ~claims.c.credits_to_client, slots.within(day))
    )
    for row in tx.execute(query.execution_options(yield_per=1_000)):
        month = slots.month(row.slot)
        cell = places.cell(
            month, row.source_id or 0, company=row.company, contract=row.contract, project=row.project, kind=row.kind
        )
        amount = from_micro(int(row.approved))
        if not places.is_left(month, cell):
            places.books[month].recovered(cell, amount, row.currency)


def _priced(of: Any) -> tuple[ColumnElement[Any], ...]:
    """Return what is known of a record's price, in a form that can be added up."""
    return (
        of.currency,
        case((of.own_price.is_not(None), 1), else_=0).label("has_own"),
        case((and_(of.own_price.is_(None), of.price.is_(None)), 1), else_=0).label("lacks_price"),
        of.price,
        of.own_price,
    )


def _money(row: Any) -> tuple[int | None, str | None]:
    """Return a price in micro-units with its currency: as the PSA converted it, else as it stands."""
    return (row.own_price, None) if row.own_price is not None else (row.price, row.currency or "")
