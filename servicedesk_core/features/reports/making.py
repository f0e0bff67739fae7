"""A report as it is made to be sent: its page, its text, and what it takes to see them."""

from collections.abc import Iterator
from typing import NamedTuple

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Board, Feature, Query, Table, boards
from servicedesk_core.faces.dashboards import blocks_of
from servicedesk_core.features.reports.text import text
from servicedesk_core.printing import one_line


class Told(NamedTuple):
    """What a report says.

    Attributes:
        subject: One line.
        text: The text of its mail.
        page: The page that is attached.
        needs: What it takes to see it.
    """

    subject: str
    text: str
    page: str
    needs: tuple[str, ...]


def told(report: Query[..., Board], board: Board, period: str, features: tuple[Feature, ...]) -> Told:
    """Return what a report says, as it was just made.

    Args:
        report: Which.
        board: What it shows.
        period: What time it is about, as people name it.
        features: Whose figures it may show.
    """
    needs = sorted({one.value for one in _needs(report, board, features)} - {Capability.READ.value})
    subject = one_line(f"[{board.desk}] {board.title}, {period}")
    return Told(subject, text(board), boards.html(board), tuple(needs))


def _needs(report: Query[..., Board], board: Board, features: tuple[Feature, ...]) -> Iterator[Capability]:
    """Yield what whoever sees the report has to be allowed: each of its blocks, and each figure in them."""
    if report.needs is not None:
        yield report.needs
    shown = {block.title for block in board.blocks}
    for one in blocks_of(report):
        needs = one.query.needs if isinstance(one, Table) else one.needs
        if one.title in shown and needs is not None:
            yield needs
    kpis = {kpi.name: kpi.needs for feature in features for kpi in feature.figures}
    for block in board.blocks:
        told = (*block.figures, *(row for row in block.rows if hasattr(row, "verdict")))
        yield from (kpis[one.name] for one in told if one.value is not None and one.name in kpis)
