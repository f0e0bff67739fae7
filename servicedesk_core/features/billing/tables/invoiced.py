"""Posted lines by the day of their invoice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, null, select

from servicedesk_core.features.billing.rules import is_covered, is_unclear
from servicedesk_core.features.billing.tables.places import is_a_clients, is_to_pay
from servicedesk_core.features.profit import Terms, contract_terms
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS, sources


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A line that was put on an invoice.

    Attributes:
        ref: The vendor's id of the line.
        connection: Its connection.
        client: Whose invoice it is.
        item_on: Day of the work or purchase; ``None`` = not known.
        invoiced_on: Day of the invoice.
        is_labour: Whether it is work.
        hours: How much, where it is; 0 = it corrects a price; ``None`` = not known.
        amount: What it came to; ``None`` = not known.
        currency: Its currency; ``None`` = the MSP's own.
        is_covered: Whether its contract pays for it already, so that it comes to nothing more; ``None`` = not known.
        usual_hour: What an hour in the role is sold at where no contract says another price; ``None`` = not known.
    """

    ref: str
    connection: str
    client: str | None
    item_on: date | None
    invoiced_on: date
    is_labour: bool
    hours: Decimal | None
    amount: Decimal | None
    currency: str | None
    is_covered: bool | None
    usual_hour: Decimal | None


def invoiced(tx: Tx, first: date, end: date, own: str | None = None) -> Iterator[Invoiced]:
    """Yield the lines of clients that are to be paid, of invoices from a day on and before another one.

    Those of voided invoices are none.

    Args:
        tx: Any transaction.
        first: The first day.
        end: The day after the last one.
        own: The MSP's own currency.
    """
    contracts = contract_terms(tx)
    for row in tx.execute(_lines(first, end).execution_options(yield_per=1_000)):
        yield Invoiced(
            ref=row.external_id,
            connection=row.connection,
            client=row.client,
            item_on=date.fromisoformat(row.item_on) if row.item_on else None,
            invoiced_on=date.fromisoformat(row.invoiced_on),
            is_labour=row.is_labour,
            hours=None if row.quantity is None else from_micro(row.quantity),
            amount=None if row.amount is None else from_micro(row.amount),
            currency=None if row.currency == own else row.currency,
            is_covered=_is_covered(row, contracts.get((row.source_id, row.contract_ref or ""))),
            usual_hour=None if row.hourly_price is None else from_micro(row.hourly_price),
        )


def _is_covered(row: Row[Any], terms: Terms | None) -> bool | None:
    if is_unclear(terms) if terms is not None else row.contract_ref:
        return None
    return is_covered(terms, row.role_ref or "", row.billing_code_ref or "")


def _lines(first: date, end: date) -> Select[Any]:
    of, invoices, roles = RECORDS["billing_items"].c, RECORDS["invoices"].c, RECORDS["roles"].c
    companies = RECORDS["companies"].c
    found = (
        RECORDS["billing_items"]
        .join(sources, sources.c.id == of.source_id)
        .join(RECORDS["invoices"], and_(invoices.source_id == of.source_id, invoices.external_id == of.invoice_ref))
        .outerjoin(RECORDS["roles"], and_(roles.source_id == of.source_id, roles.external_id == of.role_ref))
        .outerjoin(
            RECORDS["companies"], and_(companies.source_id == of.source_id, companies.external_id == of.company_ref)
        )
    )
    return (
        select(
            of.source_id,
            of.external_id,
            of.contract_ref,
            of.role_ref,
            of.billing_code_ref,
            sources.c.name.label("connection"),
            companies.name.label("client"),
            of.item_on,
            invoices.invoiced_on,
            of.time_entry_ref.is_not(None).label("is_labour"),
            of.quantity,
            func.coalesce(of.own_price, of.price).label("amount"),
            case((of.own_price.is_not(None), null()), else_=of.currency).label("currency"),
            roles.hourly_price,
        )
        .select_from(found)
        .where(is_to_pay("billing_items"), is_a_clients(of.source_id, of.company_ref))
        .where(invoices.gone_at.is_(None), func.coalesce(invoices.is_voided, False).is_(False))
        .where(invoices.invoiced_on >= first.isoformat(), invoices.invoiced_on < end.isoformat())
        .order_by(of.local_id)
    )
