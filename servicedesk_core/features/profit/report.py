"""From cells to lines: what a report groups by, what it is called, and what is said beside a margin. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.status import TicketKind
from servicedesk_core.features.profit.ledger import UNALLOCATED, Cell, Ledger, Sums
from servicedesk_core.features.profit.model import By, ExcludedRow, Flag, Line, ProfitRow, UsedRate
from servicedesk_core.features.profit.rules import hourly, margin_percent

KINDS: Final = (*(kind.value for kind in TicketKind), UNALLOCATED, "unknown")
"""The words for types of work."""

Key = tuple[int, str]
"""What a line is of: source, 0 where it is of none, and id or word."""


def kind_of(cell: Cell) -> str:
    """Return the word for a cell's type of work."""
    return cell.kind or "unknown"


def key_of(cell: Cell, by: By) -> Key:
    """Return what a cell belongs to in a report."""
    match by:
        case By.CLIENT:
            return cell.source_id, cell.company
        case By.CONTRACT:
            return cell.source_id, cell.contract
        case By.PROJECT:
            return cell.source_id, cell.project
        case By.TYPE:
            return 0, kind_of(cell)
        case By.RECURRING:
            return 0, "recurring work" if cell.kind == TicketKind.RECURRING else "other work"
        case By.MONTH:
            return 0, cell.month


def grouped(cells: Mapping[Cell, Sums] | Iterable[tuple[Cell, Sums]], by: By) -> dict[Key, Sums]:
    """Return what cells add up to, by what they belong to."""
    found: dict[Key, Sums] = defaultdict(Sums)
    for cell, sums in cells.items() if isinstance(cells, Mapping) else cells:
        found[key_of(cell, by)].add(sums)
    return dict(found)


def row(
    sums: Sums,
    currency: str,
    *,
    name: str,
    connection: str | None = None,
    ref: str | None = None,
    line: Line = Line.RESULT,
) -> ProfitRow:
    """Return a line."""
    is_result, is_known = line is Line.RESULT, not (sums.unknown or sums.uncosted)
    flags = (
        (sums.unknown, Flag.UNKNOWN_REVENUE),
        (sums.uncosted, Flag.UNCOSTED),
        (is_known and not sums.revenue and sums.cost > 0, Flag.LOSS_WITHOUT_REVENUE),
    )
    return ProfitRow(
        name=name,
        connection=connection,
        ref=ref,
        line=line,
        worked_s=sums.worked_s,
        recurring=in_cents(sums.recurring, currency),
        time=in_cents(sums.time, currency),
        blocks=in_cents(sums.blocks, currency),
        parts=in_cents(sums.parts, currency),
        other=in_cents(sums.other, currency),
        revenue=in_cents(sums.revenue, currency),
        labour=in_cents(sums.labour, currency),
        goods=in_cents(sums.goods, currency),
        recovered=in_cents(sums.recovered, currency),
        cost=in_cents(sums.cost, currency),
        profit=in_cents(sums.revenue - sums.cost, currency),
        margin_percent=margin_percent(sums.revenue, sums.cost) if is_result and is_known else None,
        hourly=hourly(sums.recurring, sums.contract_s, currency) if is_result else None,
        unknown=sums.unknown,
        uncosted=sums.uncosted,
        uncosted_s=sums.uncosted_s,
        flags=tuple(flag for holds, flag in flags if holds and is_result),
    )


def excluded_of(month: str, book: Ledger) -> Iterable[ExcludedRow]:
    """Yield what is in no cell of a month."""
    for left, facts in sorted(book.excluded.items()):
        amount = book.excluded_amounts[left] or None
        yield ExcludedRow(month, left.reason.value, facts, book.excluded_s[left], amount, left.currency or None)


def rates_of(book: Ledger) -> Iterable[UsedRate]:
    """Yield the exchange rates that a month rests on."""
    for (currency, month), rate in sorted(book.used.items()):
        yield UsedRate(month, currency, rate)
