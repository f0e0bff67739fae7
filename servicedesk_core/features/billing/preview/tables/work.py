"""Work that is to be billed, and what is not."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select

from servicedesk_core.domain.currencies import unit_price
from servicedesk_core.features.billing.drafts import Sold
from servicedesk_core.features.billing.kinds import LabourLines
from servicedesk_core.features.billing.preview.pieces import HOUR_S, Judged, Left, Piece, Why
from servicedesk_core.features.billing.preview.rules import Priced, Rate, Work, priced
from servicedesk_core.features.billing.preview.tables.asked import CLIENT, COMPANIES, Asked, of_company, subject
from servicedesk_core.features.billing.preview.tables.blocks import Blocks
from servicedesk_core.features.billing.tables.hours import after_hours_codes
from servicedesk_core.features.billing.tables.places import COMPANY, CONTRACT, TIME
from servicedesk_core.features.billing.tables.prices import HourPrices
from servicedesk_core.store.schema import RECORDS

_E, _ITEMS = RECORDS["time_entries"].c, RECORDS["billing_items"].c
_ONE: Final = Decimal(1)


def work(asked: Asked) -> Iterator[tuple[int, Judged]]:
    """Yield the work of the days, client by client, each with what is billed of it, or why nothing is."""
    look = _Look(asked)
    for row in asked.tx.execute(_query(asked).execution_options(yield_per=1_000)):
        yield row.client, look.at(row)


def _query(asked: Asked) -> Select[Any]:
    lines = (
        select(
            _ITEMS.source_id,
            _ITEMS.time_entry_ref,
            func.max(_ITEMS.invoice_ref).label("invoice"),
            func.max(_ITEMS.contract_block_ref).label("block"),
        )
        .where(_ITEMS.gone_at.is_(None), _ITEMS.time_entry_ref.is_not(None))
        .group_by(_ITEMS.source_id, _ITEMS.time_entry_ref)
        .subquery("posted")
    )
    on = and_(lines.c.source_id == _E.source_id, lines.c.time_entry_ref == _E.external_id)
    found = TIME.outerjoin(COMPANIES, of_company(_E.source_id, COMPANY)).outerjoin(lines, on)
    summary = [_E.summary] if asked.policy.labour_lines is LabourLines.SINGLE else []
    return (
        select(
            CLIENT, _E.source_id, _E.external_id, CONTRACT.label("contract"), _E.role_ref, _E.billing_code_ref,
            _E.billed_s, _E.worked_s, _E.work_date, _E.start_at, _E.is_billable, _E.approved_at,
            RECORDS["contracts"].c.name.label("contract_name"), RECORDS["tickets"].c.number,
            lines.c.time_entry_ref.label("posted"), lines.c.invoice, lines.c.block, *summary,
        )
        .select_from(found)
        .where(_E.gone_at.is_(None), or_(_E.ticket_ref.is_not(None), _E.task_ref.is_not(None)))
        .where(asked.within(_E.work_date, _E.start_at, _E.approved_at), asked.is_theirs)
        .order_by(CLIENT, _E.work_date, _E.start_at, _E.local_id)
    )  # fmt: skip


class _Look:
    """What work is held against, read once."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._prices = HourPrices(asked.tx, in_own=False)
        self._blocks = Blocks(asked)
        self._after_hours = after_hours_codes(asked.tx, asked.policy)
        self._rates: dict[tuple[int, str, str], Rate | None] = {}

    def at(self, row: Row[Any]) -> Judged:
        asked, ref = self._asked, row.external_id
        source = asked.source(row.source_id, "time_entries", ref)
        day = asked.day(row.work_date, row.start_at)
        about: dict[str, Any] = {"day": day, "about": row.number}
        if (left := asked.posted_by(source, Sold.LABOUR, _posted(row), **about)) is not None:
            return left
        if day is None:
            says = "Enter the day of the work."
            return Left(source=source, sells=Sold.LABOUR, why=Why.NO_DAY, says=says, **about)
        contract, role, code = row.contract or "", row.role_ref or "", row.billing_code_ref or ""
        seconds = row.worked_s if row.billed_s is None else row.billed_s
        key = row.source_id, contract
        found = priced(
            Work(
                is_billable=row.is_billable is not False,
                is_approved=row.approved_at is not None or row.posted is not None,
                billed_s=seconds,
                day=day,
                contract=contract,
                terms=asked.terms.get(key),
                role=role,
                code=code,
                over_s=self._over(row, key, seconds),
                rate=self._rate(row.source_id, contract, role),
                block_rate=self._blocks.rate(key),
                factor=self._factor(row.source_id, code),
            )
        )
        if not isinstance(found, Priced):
            return Left(source=source, sells=Sold.LABOUR, why=found[0], says=found[1], **about)
        return self._piece(row, found, about)

    def _piece(self, row: Row[Any], found: Priced, about: dict[str, Any]) -> Judged:
        asked, role, code = self._asked, row.role_ref or "", row.billing_code_ref or ""
        source = asked.source(row.source_id, "time_entries", row.external_id, found.part)
        currency = found.rate.currency or asked.own
        if currency is None:
            says = asked.NO_CURRENCY
            return Left(source=source, sells=Sold.LABOUR, why=Why.NO_CURRENCY, says=says, **about)
        price = unit_price(found.rate.hour, currency)
        role_name, code_name = (
            asked.roles.get((row.source_id, role), role),
            asked.codes.get((row.source_id, code), code),
        )
        what = ", ".join(one for one in (role_name, code_name, row.contract_name) if one) or "Work"
        line: Any = row.contract, role, code, price
        if asked.policy.labour_lines is LabourLines.SINGLE:
            line, what = None, ": ".join(one for one in (row.number, row.summary or what) if one)
        return Piece(
            source=source,
            sells=Sold.LABOUR,
            line=line,
            description=what,
            quantity=_hours(found.billed_s),
            unit_price=price,
            currency=currency,
            day=about["day"],
            subjects=(*subject("billing_codes", code or None, code_name), *subject("roles", role or None, role_name)),
        )

    def _rate(self, source_id: int, contract: str, role: str) -> Rate | None:
        key = source_id, contract, role
        if key not in self._rates:
            sold = self._prices.of(*key) if role else None
            self._rates[key] = None if sold is None else Rate(sold.hour, sold.currency)
        return self._rates[key]

    def _factor(self, source_id: int, code: str) -> Decimal:
        is_after_hours = (source_id, code) in self._after_hours
        return self._asked.policy.after_hours_factor or _ONE if is_after_hours else _ONE

    def _over(self, row: Row[Any], contract: tuple[int, str], seconds: int | None) -> int | None:
        if row.posted is not None:
            return 0 if row.block is not None else seconds  # what posted work took of a block is the PSA's word
        return self._blocks.over(contract, row.external_id)


@lru_cache(maxsize=1_000)
def _hours(seconds: int) -> Fraction:
    return Fraction(seconds, HOUR_S)


def _posted(row: Row[Any]) -> str | None:
    if row.posted is None:
        return None
    return "An invoice of the PSA bills it." if row.invoice else "The PSA has posted it."
