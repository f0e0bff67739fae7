"""Recurring services that are due, for the days on which their contracts are in force, and what is not billed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import FromClause, and_, exists, func, null, select

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.drafts import Sold, Source
from servicedesk_core.features.billing.preview.documents import told
from servicedesk_core.features.billing.preview.pieces import Judged, Left, Piece, Why
from servicedesk_core.features.billing.preview.rules import in_force
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company, subject
from servicedesk_core.features.profit import Terms, prorated
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

Days = tuple[date, date]

_CONTRACTS = RECORDS["contracts"].c


def units(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the periods of units that begin on one of the days, client by client: each is billed when it begins."""
    of, services = RECORDS["contract_units"].c, RECORDS["contract_services"].c
    named = and_(services.source_id == of.source_id, services.external_id == of.contract_service_ref)
    query = (
        select(
            CLIENT, of.source_id, of.external_id, of.contract_ref, of.contract_service_ref, of.service_ref,
            of.start_on, of.end_on, of.units, of.price, of.own_price, of.currency, of.posted_at, services.name,
        )
        .select_from(of_contract("contract_units").outerjoin(RECORDS["contract_services"], named))
        .where(of.gone_at.is_(None), func.coalesce(of.units, 1) != 0, asked.within(of.start_on), asked.is_theirs)
        .order_by(CLIENT, of.start_on, of.local_id)
    )  # fmt: skip
    lines = lines_of(asked, "contract_service_ref")
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        source = asked.source(row.source_id, "contract_units", row.external_id)
        is_posted = row.posted_at is not None or (row.source_id, row.contract_service_ref) in lines
        first, last = asked.day(row.start_on), asked.day(row.end_on)
        yield row.client, _due(asked, row, source, (first, last), is_posted=is_posted)


def services(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the months of services of which the PSA keeps no units, client by client."""
    of, kept = RECORDS["contract_services"].c, RECORDS["contract_units"].c
    names_it = kept.source_id == of.source_id, kept.contract_service_ref == of.external_id
    has_units = exists().where(*names_it, kept.gone_at.is_(None))
    query = (
        select(
            CLIENT, of.source_id, of.external_id, of.contract_ref, of.external_id.label("contract_service_ref"),
            of.service_ref, of.units, (of.unit_price * func.coalesce(of.units, 1)).label("price"),
            null().label("own_price"), of.currency, of.name,
        )
        .select_from(of_contract("contract_services"))
        .where(of.gone_at.is_(None), ~has_units, func.coalesce(of.units, 1) != 0, asked.is_theirs)
        .order_by(CLIENT, of.local_id)
    )  # fmt: skip
    lines = lines_of(asked, "contract_service_ref")
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        terms = asked.terms.get((row.source_id, row.contract_ref or ""))
        for month in asked.months:
            if terms is None or (terms.days[0] <= month.days[1] and terms.days[1] >= month.days[0]):
                source = asked.source(row.source_id, "contract_services", row.external_id, str(month))
                is_posted = (row.source_id, row.external_id) in lines
                yield row.client, _due(asked, row, source, month.days, is_posted=is_posted)


def of_contract(stream: str) -> FromClause:
    """Return records of contracts with the contract and its client."""
    of = RECORDS[stream].c
    on = and_(_CONTRACTS.source_id == of.source_id, _CONTRACTS.external_id == of.contract_ref)
    company = of_company(of.source_id, _CONTRACTS.company_ref)
    return RECORDS[stream].outerjoin(RECORDS["contracts"], on).outerjoin(COMPANIES, company)


def lines_of(asked: Asked, named_by: str) -> set[tuple[int, str]]:
    """Return what the posted lines of the days name that are no work."""
    items = RECORDS["billing_items"].c
    of_days = items.item_on >= asked.first.isoformat(), items.item_on <= asked.last.isoformat()
    is_other = items.time_entry_ref.is_(None), items.charge_ref.is_(None), items[named_by].is_not(None)
    query = select(items.source_id, items[named_by]).where(items.gone_at.is_(None), *is_other, *of_days)
    return {(source_id, ref) for source_id, ref in asked.tx.execute(query)}


def _due(asked: Asked, row: Any, source: Source, days: tuple[date | None, date | None], *, is_posted: bool) -> Judged:
    terms = asked.terms.get((row.source_id, row.contract_ref or ""))
    sells = Sold.FIXED if terms is not None and terms.kind is ContractKind.FIXED_PRICE else Sold.SERVICE
    name = row.name or row.contract_service_ref or row.external_id
    about: dict[str, Any] = {"day": days[0], "about": name}
    posted = "The PSA has posted it." if is_posted else None
    if (left := asked.posted_by(source, sells, posted, **about)) is not None:
        return left
    price, is_own = (row.price, False) if row.price is not None else (row.own_price, True)
    currency = asked.own if is_own else row.currency or asked.own
    first, last = days
    if first is None or last is None:
        why, says = Why.NO_DAY, "Its period has no first or no last day."
    elif (wrong := _wrong(terms, (first, last), is_posted=is_posted)) is not None:
        why, says = Why.UNCLEAR_CONTRACT, wrong
    elif price is None:
        why, says = Why.NO_RATE, "Nothing says what it is sold at."
    elif currency is None:
        why, says = Why.NO_CURRENCY, asked.NO_CURRENCY
    else:
        active = in_force((first, last), terms.days if terms is not None else (first, last))
        amount = prorated(from_micro(price), (first, last), active, (first, last), currency)
        of_days = (active[1] - active[0]).days + 1, (last - first).days + 1
        part = "" if of_days[0] == of_days[1] else f", {of_days[0]} of {of_days[1]} days"
        quantity, each = told(Decimal(row.units or 1), amount, currency)
        return Piece(
            source=source,
            sells=sells,
            description=f"{name}, {active[0]} to {active[1]}{part}",
            quantity=Fraction(quantity),
            unit_price=each,
            agreed=Fraction(amount),
            currency=currency,
            day=active[0],
            subjects=(
                *subject("contract_services", row.contract_service_ref, row.name),
                *subject("services", row.service_ref, row.name),
            ),
        )
    return Left(source=source, sells=sells, why=why, says=says, **about)


def _wrong(terms: Terms | None, days: Days, *, is_posted: bool) -> str | None:
    """Return what is unclear about the contract of a period; ``None`` = nothing is."""
    if terms is None:
        return "Its contract is not there."
    if terms.days[0] > days[1] or terms.days[1] < days[0]:
        return "Its contract was not in force on any of these days."
    if not terms.is_active and terms.days[1] > days[1] and not is_posted:
        return "Its contract is in force no more, and nothing says since when."
    return None
