"""What a report rests on: its period, and whether its data are good for a verdict."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Board, Looking, Period, Piece, Sentence, Told, Verdict
from servicedesk_core.faces.shown import Shown
from servicedesk_core.features.kpi import period_of
from servicedesk_core.features.report.regular.periods import OfPeriod
from servicedesk_core.store.queries.completeness import Freshness, freshness
from servicedesk_core.wording import about

_JUDGED = {Verdict.MET, Verdict.MISSED}


class Basis(NamedTuple):
    """What a report rests on.

    Attributes:
        name: The period, as people name it.
        period: The same.
        doubts: Why nothing can be judged, each in a sentence; empty = everything can.
    """

    name: str
    period: Period
    doubts: tuple[str, ...]


def basis(looking: Looking) -> Basis:
    """Return what a report rests on; use it as ``looking.once(basis)``.

    Raises:
        SettingsError: That is no period, or it has not begun.
    """
    chosen, zone = looking.chosen, ZoneInfo(looking.desk.timezone)
    assert isinstance(chosen, OfPeriod)  # noqa: S101  # every report is declared with one
    name = chosen.period or chosen.usual(looking.at.astimezone(zone).date())
    period = period_of(name, zone, looking.at)
    tolerance = timedelta(minutes=looking.desk.settings.morning.max_age_minutes)
    known = freshness(looking.tx, looking.scope)
    return Basis(name, period, tuple(_doubts(known, period, tolerance, zone)))


def _doubts(known: Freshness, period: Period, tolerance: timedelta, zone: ZoneInfo) -> Iterator[str]:
    """Yield why nothing can be judged: the data end before the period does, or begin after it."""
    needed = min(period.now, period.end)
    if known.read_at is None:
        yield "Tickets were never read."
    elif (age := needed - known.read_at) > tolerance:
        yield f"Tickets were last read {about(age.total_seconds())} before the end of what this is about."
    if known.complete_since is not None and not known.is_complete and known.complete_since > period.start:
        since = known.complete_since.astimezone(zone)
        yield f"Only what was created since {since:%Y-%m-%d} is here: the beginning of the period is missing."


def on_top(looking: Looking) -> Told:
    """Say of what time the report is, and what cannot be judged."""
    found = looking.once(basis)
    first, end = found.period.start, found.period.end
    zone = first.tzinfo
    last = min(found.period.now, end - timedelta(days=1)).astimezone(zone)
    span = f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    is_over = found.period.now >= end
    pieces = [f"{found.name}: {span}{'' if is_over else f', until {found.period.now.astimezone(zone):%H:%M}'}."]
    if found.doubts:
        pieces += [*found.doubts, "No verdicts."]
    return Told([Piece(" ".join(pieces))], None)


TOP = Sentence("What this is about", on_top)
"""Stands on top of every report."""


def refused(looking: Looking) -> set[str]:
    """Return the titles of blocks whose list cannot be asked on this desk; add to ``looking.once(refused)``."""
    del looking
    return set()


def trusted(board: Board, looking: Looking) -> Board:
    """Return a report as it may be told.

    Without verdicts where its data are not good for any, and without blocks whose list cannot be asked on this desk.
    """
    blocks = tuple(block for block in board.blocks if block.title not in looking.once(refused))
    return replace(board, blocks=tuple(map(_unjudged, blocks)) if looking.once(basis).doubts else blocks)


def _unjudged(block: Shown) -> Shown:
    return replace(
        block,
        is_good=None,
        figures=tuple(map(_doubtful, block.figures)),
        counts=tuple(replace(one, is_bad=False) for one in block.counts),
        rows=tuple(map(_doubtful, block.rows)),
    )


def _doubtful(row: Any) -> Any:
    names = {one.name for one in fields(row)} if is_dataclass(row) else set()
    if "verdict" not in names or row.verdict not in _JUDGED:
        return row
    unjudged: dict[str, Any] = {"verdict": Verdict.UNKNOWN}
    if "is_better" in names:
        unjudged["is_better"] = None
    return replace(row, **unjudged)
