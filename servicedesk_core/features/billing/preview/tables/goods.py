"""Parts and other charges that are to be billed, and what is not."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, select

from servicedesk_core.features.billing.drafts import Sold, Source
from servicedesk_core.features.billing.preview.documents import told
from servicedesk_core.features.billing.preview.pieces import Judged, Left, Piece, Why
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company, subject
from servicedesk_core.features.billing.tables.places import Posted
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS


def goods(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the charges of the days, client by client, each with what is billed of it, or why nothing is."""
    of, tickets = RECORDS["charges"].c, RECORDS["tickets"].c
    posted = Posted("charges", "charge_ref")
    on = and_(tickets.source_id == of.source_id, tickets.external_id == of.ticket_ref)
    found = posted.joined(RECORDS["charges"].outerjoin(RECORDS["tickets"], on))
    query = (
        select(
            CLIENT, of.source_id, of.external_id, of.name, of.description, of.product_ref, of.billing_code_ref,
            of.contract_service_ref, of.quantity, of.unit_price, of.own_unit_price, of.price, of.own_price, of.currency,
            of.is_billable, of.is_billed, of.bought_on, of.created_at, tickets.number,
            func.coalesce(~posted.are_not, False).label("is_posted"),
        )
        .select_from(found.outerjoin(COMPANIES, of_company(of.source_id, tickets.company_ref)))
        .where(of.gone_at.is_(None), asked.within(of.bought_on, of.created_at, of.created_at), asked.is_theirs)
        .order_by(CLIENT, of.bought_on, of.created_at, of.local_id)
    )  # fmt: skip
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        yield row.client, _judged(asked, row)


def _judged(asked: Asked, row: Any) -> Judged:
    source = asked.source(row.source_id, "charges", row.external_id)
    day = asked.day(row.bought_on, row.created_at)
    about: dict[str, Any] = {"day": day, "about": row.number or row.name}
    posted = "The PSA has posted it." if row.is_posted else "The PSA calls it billed." if row.is_billed else None
    if (left := asked.posted_by(source, Sold.PART, posted, **about)) is not None:
        return left
    quantity = Decimal(1) if row.quantity is None else from_micro(row.quantity)
    price, is_own = _price(row, quantity)
    currency = asked.own if is_own else row.currency or asked.own
    if row.is_billable is False:
        why, says = Why.NOT_BILLABLE, "The PSA says that it is not billable."
    elif day is None:
        why, says = Why.NO_DAY, "Enter the day on which it was bought."
    elif price is None and row.contract_service_ref is not None:
        why, says = Why.COVERED, "A service of a contract pays for it."
    elif price is None:
        why, says = Why.NO_RATE, "Nothing says what it is sold at."
    elif currency is None:
        why, says = Why.NO_CURRENCY, asked.NO_CURRENCY
    else:
        return _piece(asked, row, source, (quantity, price), currency)
    return Left(source=source, sells=Sold.PART, why=why, says=says, **about)


def _piece(asked: Asked, row: Any, source: Source, sold: tuple[Decimal, Decimal], currency: str) -> Piece:
    quantity, unit_price = told(*sold, currency)
    name = row.name or row.description or row.external_id
    is_whole = quantity != sold[0]
    code = asked.codes.get((row.source_id, row.billing_code_ref or ""))
    return Piece(
        source=source,
        sells=Sold.PART,
        description=f"{name} ({sold[0].normalize():f})" if is_whole else name,
        quantity=Fraction(quantity),
        unit_price=unit_price,
        agreed=Fraction(sold[1]),
        currency=currency,
        day=asked.day(row.bought_on, row.created_at),
        subjects=(
            *subject("products", row.product_ref, row.name),
            *subject("billing_codes", row.billing_code_ref, code),
        ),
    )


def _price(row: Any, quantity: Decimal) -> tuple[Decimal | None, bool]:
    """Return what a charge comes to, in the client's currency where it is known, and whether it is in the MSP's own."""
    for whole, of_one, is_own in ((row.price, row.unit_price, False), (row.own_price, row.own_unit_price, True)):
        if whole is not None:
            return from_micro(whole), is_own
        if of_one is not None:
            return from_micro(of_one) * quantity, is_own
    return None, False
