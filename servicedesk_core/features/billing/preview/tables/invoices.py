"""Invoices of the PSA, as documents for a ledger."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, null, or_, select

from servicedesk_core.domain.billing.documents import VOID
from servicedesk_core.faces import Desk
from servicedesk_core.features.billing.drafts import Draft, Sold, Source
from servicedesk_core.features.billing.kinds import Biller
from servicedesk_core.features.billing.preview.invoiced import Invoiced, InvoicedLine, document, taken_back
from servicedesk_core.features.billing.preview.pieces import Left, Why
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company, subject
from servicedesk_core.features.billing.preview.tables.billers import biller_of
from servicedesk_core.features.billing.preview.tables.posted import billed_by
from servicedesk_core.features.billing.preview.tables.previews import NOBODY, Preview, asked_for
from servicedesk_core.features.billing.sending.tables import billed_by as held_by
from servicedesk_core.features.billing.sending.tables import carrying
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

_OF, _ITEMS, _SERVICES = (RECORDS[one].c for one in ("invoices", "billing_items", "contract_services"))


def psa_invoices(
    tx: Tx,
    desk: Desk,
    first: date,
    last: date,
    company: str | None = None,
    *,
    billed: Collection[Source] = frozenset(),
    voided_before: bool = False,
) -> Preview:
    """Return what the PSA has invoiced on some days, as documents for a ledger, and what is none, and why.

    The first line of each names the invoice itself, too. One that was voided after it had been carried to a ledger is a
    credit note, whose sources have the part ``void``.

    Args:
        tx: Any transaction.
        desk: Whose clock and zone count.
        first: First date of an invoice.
        last: Last one.
        company: Only to this client, by name or how it begins, or id.
        billed: What documents of ours carry already.
        voided_before: Also earlier invoices that are voided by now: what a ledger has of them is taken back.

    Raises:
        NotFoundLocallyError: There is no such client.
        DefinitionsError: A definition does not fit this program.
    """
    asked = asked_for(tx, desk, first, last, company, everybody=True)
    biller = biller_of(tx, desk.clock.now())
    drafts: list[Draft] = []
    left: list[Left] = []
    for one in _invoices(asked, voided_before=voided_before):
        is_billed, is_credited = (one.source.model_copy(update={"part": part}) in billed for part in ("", VOID))
        carried = carrying(tx, one.source) if one.is_voided and is_billed and not is_credited else None
        found = document(
            one,
            asked.own,
            is_billed=is_billed,
            is_credited=is_credited,
            is_ours=biller(one.payer.connection, one.payer.ref) is Biller.SERVICEDESK,
        )
        if carried is not None:
            drafts.append(taken_back(carried.drafted))
        elif isinstance(found, Draft) and (held := held_by(tx, [one for line in found.lines for one in line.sources])):
            left.append(_held(one, next(iter(held.values()))))
        elif isinstance(found, Draft):
            drafts.append(found)
        else:
            left.append(found)
    return Preview(tuple(drafts), tuple(left))


def _held(one: Invoiced, number: str) -> Left:
    says = f"A line of it is on {number}, which was not taken back in the ledger yet."
    about: dict[str, Any] = {"day": one.issued_on, "about": one.number, "payer": one.payer}
    return Left(source=one.source, sells=Sold.OTHER, why=Why.BILLED, says=says, **about)


def _invoices(asked: Asked, *, voided_before: bool) -> Iterator[Invoiced]:
    since = _OF.invoiced_on >= asked.first.isoformat()
    on = and_(_ITEMS.source_id == _OF.source_id, _ITEMS.invoice_ref == _OF.external_id, _ITEMS.gone_at.is_(None))
    sold = and_(_SERVICES.source_id == _ITEMS.source_id, _SERVICES.external_id == _ITEMS.contract_service_ref)
    query = (
        select(
            CLIENT, _OF.local_id, _OF.source_id, _OF.external_id, _OF.number, _OF.invoiced_on, _OF.due_on, _OF.from_on,
            _OF.until_on, _OF.total, _OF.tax, _OF.currency, _OF.purchase_order_number, _OF.is_voided,
            _ITEMS.external_id.label("line"), _ITEMS.is_billable, _ITEMS.time_entry_ref, _ITEMS.charge_ref,
            _ITEMS.contract_service_ref, _ITEMS.contract_block_ref, null().label("unit_ref"), _ITEMS.role_ref,
            _ITEMS.billing_code_ref, _ITEMS.name, _ITEMS.description, _ITEMS.kind, _ITEMS.quantity, _ITEMS.price,
            _ITEMS.tax.label("line_tax"), _ITEMS.currency.label("line_currency"), _ITEMS.item_on,
            _SERVICES.service_ref, _SERVICES.name.label("service"),
        )
        .select_from(
            RECORDS["invoices"]
            .outerjoin(COMPANIES, of_company(_OF.source_id, _OF.company_ref))
            .outerjoin(RECORDS["billing_items"], on)
            .outerjoin(RECORDS["contract_services"], sold)
        )
        .where(_OF.gone_at.is_(None), asked.is_theirs)
        .where(_OF.invoiced_on <= asked.last.isoformat(), or_(since, _OF.is_voided) if voided_before else since)
        .order_by(CLIENT, _OF.invoiced_on, _OF.local_id, func.coalesce(_ITEMS.item_on, ""), _ITEMS.local_id)
    )  # fmt: skip
    rows = asked.tx.execute(query.execution_options(yield_per=1_000))
    for _, several in groupby(rows, key=lambda row: row.local_id):
        found = list(several)
        if found[0].client in asked.payers or (found[0].client == 0 and asked.are_all):
            yield _invoice(asked, found)


def _invoice(asked: Asked, rows: list[Any]) -> Invoiced:
    row, issued_on = rows[0], date.fromisoformat(rows[0].invoiced_on)
    connection = asked.connections[row.source_id]
    return Invoiced(
        source=asked.source(row.source_id, "invoices", row.external_id),
        payer=asked.payers.get(row.client, replace(NOBODY, connection=connection)),
        number=row.number or row.external_id,
        days=(asked.day(row.from_on) or asked.first, asked.day(row.until_on) or asked.last),
        issued_on=issued_on,
        due_on=asked.day(row.due_on),
        tax=None if row.tax is None else from_micro(row.tax),
        total=None if row.total is None else from_micro(row.total),
        currency=row.currency,
        reference=row.purchase_order_number or None,
        is_voided=bool(row.is_voided),
        lines=[_line(asked, one) for one in rows if one.line is not None and one.is_billable is not False],
    )


def _line(asked: Asked, row: Any) -> InvoicedLine:
    sells, *_ = billed_by(row)
    code = asked.codes.get((row.source_id, row.billing_code_ref or ""))
    role = asked.roles.get((row.source_id, row.role_ref or ""))
    return InvoicedLine(
        source=asked.source(row.source_id, "billing_items", row.line),
        sells=sells,
        description=row.name or row.description or row.kind or row.line,
        quantity=None if row.quantity is None else from_micro(row.quantity),
        price=None if row.price is None else from_micro(row.price),
        tax=None if row.line_tax is None else from_micro(row.line_tax),
        currency=row.line_currency,
        day=asked.day(row.item_on),
        subjects=(
            *subject("contract_services", row.contract_service_ref, row.service or row.name),
            *subject("services", row.service_ref, row.service or row.name),
            *subject("billing_codes", row.billing_code_ref, code),
            *subject("roles", row.role_ref, role),
        ),
    )
