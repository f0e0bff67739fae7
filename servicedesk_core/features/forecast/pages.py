"""Forecasts in a terminal: what they rest on, and the list."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.forecast.model import Backtest, Expected, ExpectedHours, Gaps, Staffed


def shown(terminal: Terminal, found: Expected | ExpectedHours | Backtest | Staffed | Gaps) -> None:
    """Print why it is so, or why there is nothing, and the rows behind."""
    terminal.line(found.why)
    if found.items:
        terminal.line()
        terminal.rows(type(found.items[0]), found.items)
