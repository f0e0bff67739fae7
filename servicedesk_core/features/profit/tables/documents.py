"""What documents of ours earned: of what the PSA bills nobody, and counts nowhere as revenue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import exists, func, select

from servicedesk_core.features.profit.ledger import UNALLOCATED, Earning
from servicedesk_core.features.profit.months import Month
from servicedesk_core.features.profit.rules import allocated
from servicedesk_core.features.profit.tables.places import About, Places
from servicedesk_core.features.profit.tables.slots import Slots
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.billed import BilledLine, billed_lines
from servicedesk_core.store.schema import RECORDS

_WORK: Final = "time_entries"
_EARN: Final = {
    _WORK: Earning.TIME,
    "contract_services": Earning.RECURRING,
    "contract_blocks": Earning.OTHER,
    "contracts": Earning.OTHER,
}
"""What of a document is revenue by itself. Periods of contracts, charges and posted lines are that in the PSA."""

_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something that is billed belongs, and how much of a line is for it."""

    company: str | None
    contract: str | None
    project: str | None
    kind: str
    month: Month | None
    weight: int
    is_posted: bool = False
    """The PSA bills it too, and counts as what it earns."""


def book_documents(tx: Tx, slots: Slots, places: Places, zone: tzinfo) -> None:
    """Book what the documents of a period earned with work, and with what only a contract says.

    A line for several time entries is shared out to them by their billed hours, to the cent.
    """
    lines = list(billed_lines(tx, tuple(_EARN), *slots.span))
    known = _places(tx, lines, zone)
    for line in lines:
        there = {ref: known.get((line.source_id, line.stream, ref)) for ref in line.refs}
        weights = {ref: place.weight for ref, place in there.items() if place is not None}
        shares: Mapping[str, Decimal] = allocated(line.amount, weights, line.currency) or {line.refs[0]: line.amount}
        for ref, amount in shares.items():
            place = there[ref] or _Place(None, None, None, UNALLOCATED, None, 0)
            month = place.month or Month.of(line.first)
            if place.is_posted or month not in places.books:
                continue
            cell = places.cell(
                month,
                line.source_id,
                company=place.company or line.company,
                contract=place.contract,
                project=place.project,
                kind=place.kind,
            )
            if not places.is_left(month, cell):
                places.books[month].earned(cell, _EARN[line.stream], amount, line.currency)


def _places(tx: Tx, lines: Iterable[BilledLine], zone: tzinfo) -> dict[tuple[int, str, str], _Place]:
    wanted: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for line in lines:
        wanted[line.source_id, line.stream] += line.refs
    found: dict[tuple[int, str, str], _Place] = {}
    for (source_id, stream), refs in wanted.items():
        for start in range(0, len(refs), _AT_ONCE):
            some = refs[start : start + _AT_ONCE]
            places = (
                _of_work(tx, source_id, some, zone) if stream == _WORK else _of_contracts(tx, source_id, stream, some)
            )
            found |= {(source_id, stream, ref): place for ref, place in places.items()}
    return found


def _of_work(tx: Tx, source_id: int, refs: list[str], zone: tzinfo) -> dict[str, _Place]:
    of, tickets, items, about = RECORDS[_WORK].c, RECORDS["tickets"].c, RECORDS["billing_items"].c, About(_WORK)
    names_it = items.source_id == of.source_id, items.time_entry_ref == of.external_id, items.gone_at.is_(None)
    query = (
        select(
            of.external_id,
            tickets.company_ref,
            func.coalesce(of.contract_ref, tickets.contract_ref).label("contract"),
            about.project.label("project"),
            about.kind.label("kind"),
            of.work_date,
            of.start_at,
            func.coalesce(of.billed_s, of.worked_s, 0).label("billed_s"),
            exists().where(*names_it).label("is_posted"),
        )
        .select_from(about.joined)
        .where(of.source_id == source_id, of.external_id.in_(refs))
    )
    return {
        row.external_id: _Place(
            row.company_ref,
            row.contract,
            row.project,
            row.kind,
            _month(row.work_date, row.start_at, zone),
            row.billed_s,
            row.is_posted,
        )
        for row in tx.execute(query)
    }


def _month(day: str | None, at: int | None, zone: tzinfo) -> Month | None:
    if day is not None:
        return Month.of(date.fromisoformat(day))
    return None if at is None else Month.of(from_us(at).astimezone(zone).date())


def _of_contracts(tx: Tx, source_id: int, stream: str, refs: list[str]) -> dict[str, _Place]:
    of: Any = RECORDS[stream].c
    contract = of.external_id if stream == "contracts" else of.contract_ref
    query = select(of.external_id, contract.label("contract")).where(
        of.source_id == source_id, of.external_id.in_(refs)
    )
    return {row.external_id: _Place(None, row.contract, None, UNALLOCATED, None, 1) for row in tx.execute(query)}
