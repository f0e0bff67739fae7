"""Money of claims, line by line and added up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, func, select, type_coerce

from servicedesk_core.domain.warranty import ClaimState, CreditKind, CreditState
from servicedesk_core.faces import Page
from servicedesk_core.features.claims.model import ClaimFilter, MoneyRow, MoneyState
from servicedesk_core.features.claims.tables.filtering import conditions, joined
from servicedesk_core.features.claims.tables.projecting import AGREED
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, claim_credits, claims, sources

_C, _T, _G = claims.c, RECORDS["tickets"].c, claim_credits.c
_ENDED: Final = (ClaimState.CLOSED, ClaimState.REJECTED, ClaimState.CANCELLED)


class Days(NamedTuple):
    """From which day, and before which one; ``None`` = from any."""

    first: date | None = None
    end: date | None = None


class Sum(NamedTuple):
    """What money in one currency comes to.

    Attributes:
        currency: The currency.
        amount: The sum of what is known.
        known: How many lines that are.
        unknown: Of how many more nobody named an amount.
    """

    currency: str
    amount: Decimal
    known: int
    unknown: int


_standing: Final = case(
    (type_coerce(_G.state, Text) == CreditState.ISSUED.value, MoneyState.RECOVERED.value),
    (type_coerce(_G.state, Text) == CreditState.DENIED.value, MoneyState.LOST.value),
    # What was agreed to may still come after the claim itself was closed.
    (
        and_(
            type_coerce(_G.state, Text) == CreditState.EXPECTED.value,
            type_coerce(_C.state, Text).in_([one.value for one in _ENDED]),
        ),
        MoneyState.LOST.value,
    ),
    else_=MoneyState.WAITING.value,
)
_agreed: Final = type_coerce(_G.state, Text).in_([one.value for one in AGREED])
_told: Final = case((_agreed, type_coerce(_G.approved, BigInteger)), else_=type_coerce(_G.claimed, BigInteger))
_amount: Final = case((type_coerce(_G.kind, Text) == CreditKind.FEE.value, -func.abs(_told)), else_=_told)
_day: Final = func.coalesce(type_coerce(_G.issued_on, Text), type_coerce(_G.approved_on, Text))
_FROM: Final = joined().join(claim_credits, _G.claim == _C.id)
_LINE: Final = _C.id * 1_000 + _G.number

COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "claim": _C.claim_id,
    "ticket_number": func.coalesce(func.nullif(_T.number, ""), _C.ticket_ref),
    "company": RECORDS["companies"].c.name,
    "manufacturer": _C.manufacturer,
    "kind": type_coerce(_G.kind, Text),
    "standing": _standing,
    "amount": _amount,
    "currency": _G.currency,
    "approved_on": type_coerce(_G.approved_on, Text),
    "issued_on": type_coerce(_G.issued_on, Text),
}
"""What the list can be ordered by."""

_QUERY: Final = select(
    *(_C.claim_id, _G.number, COLUMNS["ticket_number"], sources.c.name, COLUMNS["company"], _C.manufacturer, _G.kind),
    *(_standing, _amount, _G.currency, _G.approved_on, _G.issued_on),
).select_from(_FROM)


def page(
    tx: Tx,
    chosen: ClaimFilter,
    standing: MoneyState | None,
    days: Days,
    scope: Scope | None = None,
    *,
    sort: str | None,
    after: str | None,
    limit: int,
) -> Page[MoneyRow]:
    """Return a page of the money of claims.

    Args:
        tx: Any transaction.
        chosen: Of which claims.
        standing: Only what stands there.
        days: When it was issued, else agreed to.
        scope: Only what it lets through.
        sort: Columns to order by first.
        after: ``next`` of the page before.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    query = _QUERY.where(*_where(tx, chosen, standing, days, scope))
    columns = {**COLUMNS, "line": _LINE}
    return Page(*page_of(tx, query, columns, _row, by="-line", sort=sort, after=after, limit=limit))


def money_sums(
    tx: Tx, standing: MoneyState, days: Days, scope: Scope | None = None, chosen: ClaimFilter | None = None
) -> tuple[Sum, ...]:
    """Return what money of claims comes to, by currency: that of most lines first.

    Args:
        tx: Any transaction.
        standing: What stands there.
        days: When it was issued, else agreed to.
        scope: Only what it lets through.
        chosen: Of which claims; ``None`` = of all.
    """
    wanted = replace(chosen or ClaimFilter(), everything=True)
    known = func.count(_amount)
    query = (
        select(_G.currency, func.coalesce(func.sum(_amount), 0), known, func.count() - known)
        .select_from(_FROM)
        .where(*_where(tx, wanted, standing, days, scope))
        .group_by(_G.currency)
        .order_by(known.desc(), _G.currency)
    )
    return tuple(Sum(name, from_micro(int(micro)), many, lacks) for name, micro, many, lacks in tx.execute(query))


def _where(
    tx: Tx, chosen: ClaimFilter, standing: MoneyState | None, days: Days, scope: Scope | None
) -> list[ColumnElement[bool]]:
    found = [~_C.credits_to_client, *conditions(tx, chosen, date.min, scope)]
    if standing is not None:
        found.append(_standing == standing.value)
    if days.first is not None:
        found.append(_day >= days.first.isoformat())
    if days.end is not None:
        found.append(_day < days.end.isoformat())
    return found


def _row(row: Sequence[Any]) -> MoneyRow:
    claim, number, ticket, connection, company, maker, kind, standing, micro, currency, approved, issued = row[:12]
    amount = None if micro is None else from_micro(int(micro))
    return MoneyRow(
        claim,
        number,
        ticket,
        connection,
        company,
        maker,
        kind,
        MoneyState(standing),
        amount,
        currency,
        approved,
        issued,
    )
