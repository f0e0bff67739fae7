"""Hours that were sold in advance, and contracts of an agreed price of which nothing says what falls due."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import exists, func, or_, select

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.drafts import Sold
from servicedesk_core.features.billing.preview.documents import plain, told
from servicedesk_core.features.billing.preview.pieces import HOUR_S, Judged, Left, Piece, Why
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company, subject
from servicedesk_core.features.billing.preview.tables.services import lines_of, of_contract
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.schema import RECORDS

_CONTRACTS = RECORDS["contracts"].c
_AGREED: Final = (ContractKind.FIXED_PRICE, ContractKind.PER_TICKET, ContractKind.RETAINER)
_PAID_BY: Final = ("contract_services", "contract_units", "contract_blocks")


def blocks(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the blocks of hours that were bought on the days, client by client."""
    of = RECORDS["contract_blocks"].c
    bought_on = func.coalesce(of.bought_on, of.start_on)
    query = (
        select(
            CLIENT, of.source_id, of.external_id, of.contract_ref, of.bought_s, of.hourly_price, of.currency,
            of.is_active, of.is_paid, of.invoice_number, bought_on.label("day"), _CONTRACTS.name,
        )
        .select_from(of_contract("contract_blocks"))
        .where(of.gone_at.is_(None), asked.within(bought_on), asked.is_theirs)
        .order_by(CLIENT, bought_on, of.local_id)
    )  # fmt: skip
    lines = lines_of(asked, "contract_block_ref")
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        yield row.client, _block(asked, row, is_posted=(row.source_id, row.external_id) in lines)


def _block(asked: Asked, row: Any, *, is_posted: bool) -> Judged:
    source, day = asked.source(row.source_id, "contract_blocks", row.external_id), asked.day(row.day)
    about: dict[str, Any] = {"day": day, "about": row.name}
    is_paid = row.is_paid or row.invoice_number
    posted = "The PSA has posted it." if is_posted else "The PSA says that it is invoiced or paid." if is_paid else None
    if (left := asked.posted_by(source, Sold.BLOCK, posted, **about)) is not None:
        return left
    currency = row.currency or asked.own
    if day is None:
        why, says = Why.NO_DAY, "Nothing says when it was bought."
    elif row.is_active is False and not is_posted:
        why, says = Why.UNCLEAR_CONTRACT, "The block is not active."
    elif row.bought_s is None or row.hourly_price is None:
        why, says = Why.NO_RATE, "Nothing says how many hours were bought, or at what price."
    elif currency is None:
        why, says = Why.NO_CURRENCY, asked.NO_CURRENCY
    else:
        hours, price = Fraction(row.bought_s, HOUR_S), from_micro(row.hourly_price)
        amount = Fraction(price) * hours
        quantity, each = told(plain(hours), plain(amount), currency)
        return Piece(
            source=source,
            sells=Sold.BLOCK,
            description=f"Hours in advance, {row.name or row.contract_ref} ({plain(hours):f} h)",
            quantity=Fraction(quantity),
            unit_price=each,
            agreed=amount,
            currency=currency,
            day=day,
            subjects=subject("contracts", row.contract_ref, row.name),
        )
    return Left(source=source, sells=Sold.BLOCK, why=why, says=says, **about)


def unscheduled(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the contracts of an agreed price of which nothing says what falls due, client by client."""
    has = [
        exists().where(
            RECORDS[stream].c.source_id == _CONTRACTS.source_id,
            RECORDS[stream].c.contract_ref == _CONTRACTS.external_id,
        )
        for stream in _PAID_BY
    ]
    query = (
        select(CLIENT, _CONTRACTS.source_id, _CONTRACTS.external_id, _CONTRACTS.name)
        .select_from(
            RECORDS["contracts"].outerjoin(COMPANIES, of_company(_CONTRACTS.source_id, _CONTRACTS.company_ref))
        )
        .where(_CONTRACTS.kind.in_([one.value for one in _AGREED]), ~or_(*has), asked.is_theirs)
        .where(_CONTRACTS.gone_at.is_(None), func.coalesce(_CONTRACTS.is_active, True))
        .where(or_(_CONTRACTS.start_on.is_(None), _CONTRACTS.start_on <= asked.last.isoformat()))
        .where(or_(_CONTRACTS.end_on.is_(None), _CONTRACTS.end_on >= asked.first.isoformat()))
        .order_by(CLIENT, _CONTRACTS.local_id)
    )
    for row in asked.tx.execute(query.execution_options(yield_per=1_000)):
        part = str(asked.months[0])
        yield (
            row.client,
            Left(
                source=asked.source(row.source_id, "contracts", row.external_id, part),
                sells=Sold.FIXED,
                why=Why.UNCLEAR_CONTRACT,
                says="Its price is agreed, and nothing says what falls due: bill it by hand.",
                day=asked.first,
                about=row.name,
            ),
        )
