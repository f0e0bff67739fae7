"""What stands at which stage, added up by the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, not_, null, or_, select

from servicedesk_core.features.billing.drafts import Sold
from servicedesk_core.features.billing.model import Billed, Stage
from servicedesk_core.features.billing.rules import expected, stage_of_line
from servicedesk_core.features.billing.tables.books import is_billed, lines_of_ours
from servicedesk_core.features.billing.tables.places import COMPANY, CONTRACT, TIME, Posted, is_a_clients, is_to_pay
from servicedesk_core.features.billing.tables.prices import HourPrices
from servicedesk_core.features.profit import contract_terms
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_micro, from_us
from servicedesk_core.store.once import once
from servicedesk_core.store.queries.adding import added_up
from servicedesk_core.store.schema import RECORDS

_HOUR_S: Final = 3600
_WHAT: Final = {Sold.LABOUR: Billed.LABOUR, Sold.PART: Billed.CHARGES, Sold.SERVICE: Billed.SERVICES}
_LEAST: Final = ("day", "at")
_AMOUNTS: Final = ("amount", "unknown", "quantity")


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a client stands at a stage.

    Attributes:
        source_id: The source.
        company: The vendor's id of the client; empty = not known.
        stage: How far it is.
        what: What is billed.
        pieces: How many entries, charges, services or lines.
        worked_s: The work among them.
        amount: What those come to of which it is known.
        currency: Its currency; ``None`` = the MSP's own.
        unknown: How many of the others.
        oldest_on: Day of the oldest; ``None`` = no day is known.
    """

    source_id: int
    company: str
    stage: Stage
    what: Billed
    pieces: int
    worked_s: int
    amount: Decimal
    currency: str | None
    unknown: int
    oldest_on: date | None


def standings(tx: Tx, zone: tzinfo, today: date) -> Sequence[Standing]:
    """Return what stands where, in groups of which several may be of the same client and stage.

    What is not to be paid, and what was done for the MSP itself, is in none.

    Args:
        tx: Any transaction.
        zone: The desk's zone.
        today: The present day; services of later periods are not due yet.
    """
    return once(tx, (standings, zone, today), lambda: tuple(_standings(tx, zone, today)))


def _standings(tx: Tx, zone: tzinfo, today: date) -> Iterator[Standing]:
    yield from _work(tx, zone)
    for row in tx.execute(added_up(_charges(), *_AMOUNTS, least=_LEAST)):
        yield _standing(row, Stage.WORKED, Billed.CHARGES, zone)
    for row in tx.execute(added_up(_services(today), *_AMOUNTS, least=_LEAST)):
        yield _standing(row, Stage.WORKED, Billed.SERVICES, zone)
    for row in tx.execute(added_up(_lines(), *_AMOUNTS, least=_LEAST)):
        stage = stage_of_line(
            is_invoiced=row.is_invoiced, is_voided=row.is_voided, is_carried=row.is_carried, is_paid=row.is_paid
        )
        yield _standing(row, stage, Billed(row.what), zone)
    yield from _documents(tx)


def _work(tx: Tx, zone: tzinfo) -> Iterator[Standing]:
    """Yield work that is on no posted line, at what its contract or its role says that an hour is sold at."""
    of, posted = RECORDS["time_entries"].c, Posted("time_entries", "time_entry_ref")
    facts = (
        select(
            of.source_id,
            COMPANY.label("company"),
            CONTRACT.label("contract"),
            of.role_ref.label("role"),
            of.billing_code_ref.label("code"),
            of.approved_at.is_not(None).label("is_approved"),
            func.coalesce(of.billed_s, of.worked_s, 0).label("billed_s"),
            of.work_date.label("day"),
            of.start_at.label("at"),
        )
        .select_from(posted.joined(TIME))
        .where(is_to_pay("time_entries"), posted.are_not, not_(is_billed("time_entries", of.source_id, of.external_id)))
        .where(or_(of.ticket_ref.is_not(None), of.task_ref.is_not(None)), is_a_clients(of.source_id, COMPANY))
    )
    terms, prices = contract_terms(tx), HourPrices(tx)
    for row in tx.execute(added_up(facts, "billed_s", least=_LEAST)):
        contract, role, seconds = row.contract or "", row.role or "", int(row.billed_s)
        sold = prices.of(row.source_id, contract, role)
        held = terms.get((row.source_id, contract))
        is_understood = held is not None or not contract
        known = expected(seconds, held, role, row.code or "", sold.hour if sold else None) if is_understood else None
        yield Standing(
            source_id=row.source_id,
            company=row.company or "",
            stage=Stage.APPROVED if row.is_approved else Stage.WORKED,
            what=Billed.LABOUR,
            pieces=row.facts,
            worked_s=seconds,
            amount=known or Decimal(0),
            currency=sold.currency if sold and known else None,
            unknown=row.facts if known is None else 0,
            oldest_on=_day(row, zone),
        )


def _charges() -> Select[Any]:
    """Return the query for charges that are on no posted line, and that the PSA does not call billed."""
    of, tickets = RECORDS["charges"].c, RECORDS["tickets"].c
    on = and_(tickets.source_id == of.source_id, tickets.external_id == of.ticket_ref)
    facts = select(*_priced(of, tickets.company_ref), of.bought_on.label("day"), of.created_at.label("at"))
    posted = Posted("charges", "charge_ref")
    facts = facts.select_from(posted.joined(RECORDS["charges"].outerjoin(RECORDS["tickets"], on)))
    is_open = and_(
        func.coalesce(of.is_billed, False).is_(False), not_(is_billed("charges", of.source_id, of.external_id))
    )
    return facts.where(is_to_pay("charges"), posted.are_not, is_open, is_a_clients(of.source_id, tickets.company_ref))


def _services(today: date) -> Select[Any]:
    """Return the query for periods of services that have begun and that nobody posted."""
    of, contracts = RECORDS["contract_units"].c, RECORDS["contracts"].c
    on = and_(contracts.source_id == of.source_id, contracts.external_id == of.contract_ref)
    facts = select(*_priced(of, contracts.company_ref), of.start_on.label("day"), null().label("at"))
    facts = facts.select_from(RECORDS["contract_units"].outerjoin(RECORDS["contracts"], on))
    return facts.where(
        of.gone_at.is_(None), of.posted_at.is_(None), of.start_on <= today.isoformat(),
        func.coalesce(of.units, 1) != 0, is_a_clients(of.source_id, contracts.company_ref),
        not_(is_billed("contract_units", of.source_id, of.external_id)),
    )  # fmt: skip


def _lines() -> Select[Any]:
    """Return the query for posted lines, with what became of their invoices."""
    of, invoices = RECORDS["billing_items"].c, RECORDS["invoices"].c
    on = and_(invoices.source_id == of.source_id, invoices.external_id == of.invoice_ref)
    is_labour = of.time_entry_ref.is_not(None)
    what = case(
        (is_labour, Billed.LABOUR.value),
        (of.charge_ref.is_not(None), Billed.CHARGES.value),
        (of.contract_service_ref.is_not(None), Billed.SERVICES.value),
        else_=Billed.OTHER.value,
    )
    facts = select(
        *_priced(of, of.company_ref, quantity=case((is_labour, func.coalesce(of.quantity, 0)), else_=0)),
        what.label("what"),
        of.invoice_ref.is_not(None).label("is_invoiced"),
        or_(func.coalesce(invoices.is_voided, False), invoices.gone_at.is_not(None)).label("is_voided"),
        is_billed("invoices", of.source_id, of.invoice_ref, in_ledger=True).label("is_carried"),
        or_(invoices.paid_on.is_not(None), is_billed("invoices", of.source_id, of.invoice_ref, paid=True)).label(
            "is_paid"
        ),
        of.item_on.label("day"),
        null().label("at"),
    )
    facts = facts.select_from(RECORDS["billing_items"].outerjoin(RECORDS["invoices"], on))
    return facts.where(is_to_pay("billing_items"), is_a_clients(of.source_id, of.company_ref))


def _documents(tx: Tx) -> Iterator[Standing]:
    """Yield the lines of documents that were made here, without those that were credited."""
    ids = {one.name: one.id for one in sources.all(tx)}
    for one in lines_of_ours(tx):
        stage = Stage.TRANSFERRED if one.is_in_ledger else Stage.INVOICED
        hours = one.line.quantity if one.line.sells is Sold.LABOUR else Decimal(0)
        yield Standing(
            source_id=ids[one.psa],
            company=one.company,
            stage=Stage.PAID if one.is_paid else stage,
            what=_WHAT.get(one.line.sells, Billed.OTHER),
            pieces=len(one.line.sources),
            worked_s=int(hours * _HOUR_S),
            amount=one.line.amount * one.sign,
            currency=one.currency,
            unknown=0,
            oldest_on=one.line.served_on or one.first_on,
        )


def _priced(of: Any, company: ColumnElement[Any], quantity: ColumnElement[Any] | None = None) -> list[Any]:
    """Return whose something is and what it comes to: in the MSP's own currency where the PSA converted it."""
    price = func.coalesce(of.own_price, of.price)
    return [
        of.source_id,
        company.label("company"),
        case((of.own_price.is_not(None), null()), else_=of.currency).label("currency"),
        func.coalesce(price, 0).label("amount"),
        case((price.is_(None), 1), else_=0).label("unknown"),
        (literal(0) if quantity is None else quantity).label("quantity"),
    ]


def _standing(row: Row[Any], stage: Stage, what: Billed, zone: tzinfo) -> Standing:
    return Standing(
        source_id=row.source_id,
        company=row.company or "",
        stage=stage,
        what=what,
        pieces=row.facts,
        worked_s=int(from_micro(int(row.quantity)) * _HOUR_S),
        amount=from_micro(int(row.amount)),
        currency=row.currency,
        unknown=int(row.unknown),
        oldest_on=_day(row, zone),
    )


def _day(row: Row[Any], zone: tzinfo) -> date | None:
    known = [] if row.day is None else [date.fromisoformat(row.day)]
    known += [] if row.at is None else [from_us(row.at).astimezone(zone).date()]
    return min(known, default=None)
