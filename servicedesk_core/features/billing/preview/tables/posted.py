"""What the PSA has posted, beside what would be billed from here."""

from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, or_, select

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.billing.drafts import Sold, Source
from servicedesk_core.features.billing.preview.comparing import Compared, Ours, Posted, compared, together
from servicedesk_core.features.billing.preview.pieces import Left, Payer
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company
from servicedesk_core.features.billing.preview.tables.previews import NOBODY, ClientPreview, by_client
from servicedesk_core.features.billing.tables.places import is_to_pay
from servicedesk_core.features.profit import Month
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

_ITEMS = RECORDS["billing_items"].c


def comparison(asked: Asked) -> Iterator[tuple[Payer, Compared]]:
    """Yield everything that is billed here or there, client by client.

    Args:
        asked: What is asked for, where also what the PSA has posted counts.
    """
    ours: Iterator[tuple[int, Any]] = ((one.client, one) for one in by_client(asked.tx, asked))
    for client, several in groupby(merge(ours, posted(asked), key=itemgetter(0)), key=itemgetter(0)):
        preview = ClientPreview(client, asked.payers.get(client, NOBODY), (), (), ())
        lines: list[Posted] = []
        for _, one in several:
            if isinstance(one, Posted):
                lines.append(one)
            else:
                preview = one
        shares = {source: share for made in preview.made for source, share in made.shares.items()}
        found = {_whole(one.source): Ours(shares[one.source], one) for one in preview.pieces if one.source in shares}
        left: dict[Source, Left] = {_whole(one.source): one for one in preview.left}
        for each in compared(found, left, together(lines)):
            yield preview.payer, each


def posted(asked: Asked) -> Iterator[tuple[int, Posted]]:
    """Yield the lines of the days that somebody is to pay, client by client."""
    units = RECORDS["contract_units"].c
    day = func.coalesce(_ITEMS.item_on, _ITEMS.posted_on)
    unit = (
        select(func.min(units.external_id))
        .where(units.source_id == _ITEMS.source_id, units.contract_service_ref == _ITEMS.contract_service_ref)
        .where(units.gone_at.is_(None), units.start_on <= day, units.end_on >= day)
        .scalar_subquery()
    )
    query = (
        select(
            CLIENT, _ITEMS.source_id, _ITEMS.external_id, _ITEMS.time_entry_ref, _ITEMS.charge_ref,
            _ITEMS.contract_service_ref, _ITEMS.contract_block_ref, unit.label("unit_ref"), day.label("day"),
            _ITEMS.name, _ITEMS.kind, _ITEMS.quantity, _ITEMS.rate, _ITEMS.price, _ITEMS.own_rate, _ITEMS.own_price,
            _ITEMS.currency,
        )
        .select_from(RECORDS["billing_items"].outerjoin(COMPANIES, of_company(_ITEMS.source_id, _ITEMS.company_ref)))
        .where(is_to_pay("billing_items"), asked.is_theirs)
        .where(or_(day.is_(None), day.between(asked.first.isoformat(), asked.last.isoformat())))
        .order_by(CLIENT, _ITEMS.local_id)
    )  # fmt: skip
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        if row.client in asked.payers or (row.client == 0 and asked.are_all):
            yield row.client, _posted(asked, row)


def _posted(asked: Asked, row: Any) -> Posted:
    is_own = row.price is None
    amount, rate = (row.own_price, row.own_rate) if is_own else (row.price, row.rate)
    currency = (asked.own if is_own else row.currency or asked.own) or ""
    sells, stream, ref, part = billed_by(row)
    if stream == "contract_services" and row.day:
        part = str(Month.parse(row.day[:7]))
    return Posted(
        source=asked.source(row.source_id, stream, ref, part),
        sells=sells,
        amount=None if amount is None else in_cents(from_micro(amount), currency),
        currency=currency,
        quantity=None if row.quantity is None else from_micro(row.quantity),
        rate=None if rate is None else from_micro(rate),
        day=asked.day(row.day),
        about=row.name or row.kind,
    )


def billed_by(row: Any) -> tuple[Sold, str, str, str]:
    """Return what a posted line sells, and the record that it bills: its stream, its id, and its part."""
    if row.time_entry_ref is not None:
        return Sold.LABOUR, "time_entries", row.time_entry_ref, ""
    if row.charge_ref is not None:
        return Sold.PART, "charges", row.charge_ref, ""
    if row.contract_service_ref is not None and row.unit_ref is not None:
        return Sold.SERVICE, "contract_units", row.unit_ref, ""
    if row.contract_service_ref is not None:
        return Sold.SERVICE, "contract_services", row.contract_service_ref, ""
    if row.contract_block_ref is not None:
        return Sold.BLOCK, "contract_blocks", row.contract_block_ref, ""
    return Sold.OTHER, "billing_items", row.external_id, ""


def _whole(source: Source) -> Source:
    """Return work as the PSA's lines name it: as a whole."""
    return source.model_copy(update={"part": ""}) if source.stream == "time_entries" and source.part else source
