"""How margins look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.profit.model import Flag, Line, ProfitReport, ProfitRow
from servicedesk_core.wording import counted, hours


def show(terminal: Terminal, found: ProfitReport) -> None:
    """Print the lines, what they add up to, and everything that is in none."""
    results = [one for one in found.items if one.line is Line.RESULT]
    late = [one for one in found.items if one.line is Line.ADJUSTMENT]
    closed = f", closed: {', '.join(found.closed)}" if found.closed else ""
    terminal.line(f"Margins of {found.period} by {found.by.value}, in {found.currency}{closed}")
    terminal.rows(ProfitRow, results, empty="Nothing was worked, bought or billed then.")
    terminal.line(_summed("Together", found.total))
    if found.adjustment is not None:
        terminal.rows(ProfitRow, late, title="What came after the month was closed")
        terminal.line(_summed("Together", found.adjustment))
    _explain(terminal, found)


def _explain(terminal: Terminal, found: ProfitReport) -> None:
    whole = found.total
    if whole.unknown:
        parts = counted(whole.unknown, "part")
        terminal.line(f"{parts} of the revenue: not known, because nothing is posted for billing yet, or has no price.")
    if whole.uncosted:
        work = f", {hours(whole.uncosted_s)} of work" if whole.uncosted_s else ""
        listed = f"servicedesk profit uncosted --period {found.period}"
        terminal.line(f"{whole.uncosted} without a cost{work}; `{listed}` lists them.")
    for one in found.excluded:
        work = f", {hours(one.worked_s)}" if one.worked_s else ""
        amount = f", {one.amount:,.2f} {one.currency or ''}".rstrip() if one.amount is not None else ""
        terminal.line(f"Not counted in {one.month}: {one.facts} {one.reason}{work}{amount}")
    for rate in found.rates:
        terminal.line(f"A {rate.currency} was worth {rate.rate.normalize():f} {found.currency} in {rate.month}.")


def _summed(what: str, one: ProfitRow) -> str:
    margin = f", margin {one.margin_percent} %" if one.margin_percent is not None else ""
    loss = ", a loss without revenue" if Flag.LOSS_WITHOUT_REVENUE in one.flags else ""
    return f"{what}: revenue {one.revenue:,}, cost {one.cost:,}, profit {one.profit:,}{margin}{loss}"
