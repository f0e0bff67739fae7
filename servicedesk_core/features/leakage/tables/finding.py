"""Everything that is not billed, or not enough, in a span of days or now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, null, or_, select

from servicedesk_core.features.billing import (
    BILLING,
    COMPANY,
    CONTRACT,
    TIME,
    BillingPolicy,
    ClientHours,
    HourPrices,
    after_hours_codes,
    is_a_clients,
    is_billed,
    why_not_judged,
)
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import WORK_KINDS, WorkKinds
from servicedesk_core.features.leakage.rules import Labour, Leaked, of_labour
from servicedesk_core.features.profit import contract_terms
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro, from_us
from servicedesk_core.store.queries.names import meant_each
from servicedesk_core.store.schema import RECORDS

_E, _T = RECORDS["time_entries"].c, RECORDS["tickets"].c


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is not billed, with whose it is.

    Attributes:
        leaked: What it is.
        source_id: The source.
        company: The vendor's id of the client; empty = not known.
        ref: The vendor's id of the record, or a name within the connection.
        day: When; ``None`` = it is so now.
        ticket_number: The ticket.
        currency: Of the amount; ``None`` = the MSP's own.
    """

    leaked: Leaked
    source_id: int
    company: str
    ref: str
    day: date | None = None
    ticket_number: str | None = None
    currency: str | None = None


class Work:
    """Work that is not billed, or not enough.

    Args:
        tx: Any transaction.
        now: The present instant.
        zone: The desk's zone.

    Raises:
        DefinitionsError: A definition does not fit this program.
    """

    def __init__(self, tx: Tx, now: datetime, zone: tzinfo) -> None:
        self._tx, self._zone, self._today = tx, zone, now.astimezone(zone).date()
        self._policy = next(iter(in_force(tx, BILLING, now)), BillingPolicy())
        self._codes = after_hours_codes(tx, self._policy)
        self._hours = ClientHours(tx, now)
        self._terms, self._prices = contract_terms(tx), HourPrices(tx)
        self._given_away = _given_away(tx, now)

    @property
    def not_judged(self) -> str | None:
        """Why nobody looked for work after hours; ``None`` = somebody did."""
        return why_not_judged(self._policy, self._codes, self._hours)

    def found(self, first: date, last: date) -> Iterator[Found]:
        """Yield it, of some days."""
        for row in self._tx.execute(_entries(first, last).execution_options(yield_per=1_000)):
            contract, role = row.contract or "", row.role_ref or ""
            terms = self._terms.get((row.source_id, contract))
            if (contract and terms is None) or (row.source_id, row.billing_code_ref) in self._given_away:
                continue
            sold = self._prices.of(row.source_id, contract, role)
            leaked = of_labour(self._labour(row, role, terms, sold.hour if sold else None), self._today)
            if leaked is not None:
                yield Found(
                    leaked, row.source_id, row.company or "", row.external_id, date.fromisoformat(row.work_date),
                    row.number, sold.currency if sold else None,
                )  # fmt: skip

    def _labour(self, row: Row[Any], role: str, terms: Any, hour: Decimal | None) -> Labour:
        start, end = (None if at is None else from_us(at) for at in (row.start_at, row.end_at))
        company = (row.source_id, row.company or "")
        return Labour(
            worked_s=row.worked_s or 0,
            billed_s=row.billed_s or 0,
            is_billable=row.is_billable is not False,
            posted=None if row.lines is None or row.unpriced else from_micro(int(row.price)),
            is_posted=row.lines is not None or row.is_billed,
            day=date.fromisoformat(row.work_date),
            role=role,
            code=row.billing_code_ref or "",
            terms=terms,
            hour=hour,
            outside=partial(self._hours.outside, company, start, end) if self._codes else _unknown,
            after_hours=frozenset(code for source_id, code in self._codes if source_id == row.source_id),
            factor=self._policy.after_hours_factor,
        )


def _given_away(tx: Tx, now: datetime) -> frozenset[tuple[int, str]]:
    """Return the billing codes for work that nobody shall be billed for."""
    kinds = next(iter(in_force(tx, WORK_KINDS, now)), WorkKinds())
    found = meant_each(tx, "billing_codes", {*kinds.goodwill, *kinds.rework, *kinds.internal})
    return frozenset((one.source_id, one.external_id) for several in found.values() for one in several)


def _unknown() -> None:
    """Say of which hours nobody knows whether they are a client's."""


def _entries(first: date, last: date) -> Select[Any]:
    items = RECORDS["billing_items"].c
    price = case(
        (items.is_billable.is_(False), 0),
        (items.contract_block_ref.is_not(None), null()),  # hours that were bought in advance pay for it
        else_=func.coalesce(items.own_price, items.price),
    )
    lines = (
        select(
            items.source_id,
            items.time_entry_ref,
            func.count().label("lines"),
            func.sum(func.coalesce(price, 0)).label("price"),
            (func.count() - func.count(price)).label("unpriced"),
        )
        .where(items.gone_at.is_(None), items.time_entry_ref.is_not(None))
        .group_by(items.source_id, items.time_entry_ref)
        .subquery("lines")
    )
    named = and_(lines.c.source_id == _E.source_id, lines.c.time_entry_ref == _E.external_id)
    return (
        select(
            _E.source_id, _E.external_id, _E.work_date, _E.start_at, _E.end_at, _E.worked_s, _E.billed_s,
            _E.is_billable, _E.role_ref, _E.billing_code_ref, CONTRACT.label("contract"), COMPANY.label("company"),
            _T.number, lines.c.lines, lines.c.price, lines.c.unpriced,
            is_billed("time_entries", _E.source_id, _E.external_id, in_part=True).label("is_billed"),
        )
        .select_from(TIME.outerjoin(lines, named))
        .where(_E.gone_at.is_(None), _E.work_date >= first.isoformat(), _E.work_date <= last.isoformat())
        .where(_E.worked_s > 0, or_(_E.ticket_ref.is_not(None), _E.task_ref.is_not(None)))
        .where(is_a_clients(_E.source_id, COMPANY))
        .order_by(_E.work_date, _E.local_id)
    )  # fmt: skip
