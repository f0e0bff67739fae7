"""What becomes of the occurrences whose time to be made has come. Pure.

An occurrence is decided about with all its devices at once: a device that comes later has those that are not over.
Until its ticket is on its way it is decided about anew each time: an agreement can end, a device be retired, the plan
be edited, or a newer occurrence come.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from servicedesk_core.features.recurring.kinds import Maker
from servicedesk_core.features.recurring.tables import NO_ASSET, Planned, Target
from servicedesk_core.features.recurring.when.rules import CatchUp, Occurrence, due

LOOKED_BACK: Final = timedelta(days=366)
"""What came longer ago, and was never decided about, is not made."""
EDITED: Final = "the plan was edited, and has it no more"
SUPERSEDED: Final = "it was not sent before the next one came"
"""Why a write was discarded that nobody approved, or nothing could send, for too long."""
_MISSED: Final = {
    CatchUp.LATEST: "nothing was generated before the next one came",
    CatchUp.NONE: "nothing was generated on its day",
}


class Outcome(StrEnum):
    """What became of an occurrence."""

    OPEN = "open"
    """Its ticket is to be made."""
    MADE = "made"
    """Its ticket is there."""
    SKIPPED = "skipped"
    """None is made, with good reason: it does not count."""
    MISSED = "missed"
    """None was made in time: it counts as not done."""


ACT: Final = "recurring.generate"


class Key(NamedTuple):
    """What an occurrence is known by."""

    plan: str
    on: date
    asset: str

    def __str__(self) -> str:
        return f"{ACT}:{self.plan}:{self.on}:{self.asset}"

    def step(self, number: int) -> str:
        """Return the request id of a step of its checklist."""
        return f"recurring.step-{number}:{self.plan}:{self.on}:{self.asset}"

    @classmethod
    def read(cls, request_id: str) -> "Key":
        """Return that of a write of ours."""
        _, plan, on, asset = request_id.split(":", 3)
        return cls(plan, date.fromisoformat(on), asset)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an occurrence: a row of the table."""

    key: str
    plan: str
    on_day: date
    asset: str
    day: date
    at: datetime
    due_at: datetime
    outcome: Outcome
    why: str | None
    write_id: int | None
    decided_at: datetime


class Turn(NamedTuple):
    """An occurrence for a target, with what becomes of it.

    Attributes:
        planned: The plan.
        occurrence: The occurrence.
        target: What its ticket is about.
        kept: What becomes of it.
        is_new: Whether that is another thing than what is kept.
    """

    planned: Planned
    occurrence: Occurrence
    target: Target
    kept: Kept
    is_new: bool


def ripe(planned: Planned, kept: Iterable[Kept], now: datetime) -> Iterator[Turn]:
    """Yield the occurrences of a plan whose time has come, and about which something is to be decided.

    Args:
        planned: The plan; one with a problem, and one whose tickets the PSA makes, has none.
        kept: What is kept of its occurrences, since :data:`LOOKED_BACK`.
        now: The present.
    """
    if planned.problems or planned.plan.made_by is Maker.PSA:
        return
    rows = {(one.on_day, one.asset): one for one in kept}
    undecided = [one for one in rows.values() if _is_undecided(one, now)]
    waiting = [one for one in rows.values() if one.outcome == Outcome.OPEN]
    several: list[tuple[Occurrence, Target, Kept | None]] = []
    targets = {one.key: one for one in planned.targets}
    known = {one.on: one for one in _around(planned, rows.values(), [*undecided, *waiting], now)}
    for row in undecided:
        one, target = known.get(row.on_day), targets.get(row.asset)
        if one is not None and target is not None:
            several += [(one, target, row)] if one.opens_at <= now else []  # else the clock was set back
        elif row.why != EDITED:
            gone = Occurrence(row.on_day, row.day, row.at, row.at, row.due_at)
            kept_now = replace(row, outcome=Outcome.SKIPPED, why=EDITED, decided_at=now)
            yield Turn(planned, gone, target or Target(), kept_now, is_new=True)
    for row in rows.values():
        one, target = known.get(row.on_day), targets.get(row.asset)
        if row.outcome == Outcome.OPEN and row.write_id is not None and one is not None and target is not None:
            yield Turn(planned, one, target, row, is_new=False)  # its write waits for an approval
    ripe_ones = [one for one in known.values() if one.opens_at <= now]
    several += [
        (one, target, None) for one in ripe_ones for target in planned.targets if _is_fresh(rows, one, target, now)
    ]
    several.sort(key=lambda each: (each[0].day, each[0].on, each[1].key))
    made_at = max((one.at for one in rows.values() if one.write_id is not None), default=None)
    yield from _decided(planned, several, made_at, now)


def _around(planned: Planned, rows: Collection[Kept], undecided: Iterable[Kept], now: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences from the last one that was decided about until those whose tickets are made now."""
    today = now.astimezone(planned.timing.zone).date()
    first = max(planned.since.astimezone(planned.timing.zone).date(), today - LOOKED_BACK)
    last = today + timedelta(days=planned.plan.lead_days + 1)
    if rows:
        newest = max(one.day for one in rows)
        first = max(first, min([newest, *(one.day for one in undecided)]))
        last = max(last, newest)
    return planned.occurrences(first, last)


def _decided(
    planned: Planned,
    several: Sequence[tuple[Occurrence, Target, Kept | None]],
    made_at: datetime | None,
    now: datetime,
) -> Iterator[Turn]:
    """Yield what becomes of occurrences: skipped where something is in the way, missed where too late, else open."""
    how = planned.plan.catch_up
    why_not = {(one, target): planned.why_not(one, target) for one, target, _ in several}
    wanted = dict.fromkeys(one for one, target, _ in several if not why_not[one, target])
    missed = {*due(wanted, how, now, planned.timing.zone).missed}
    if how is CatchUp.LATEST and made_at is not None:
        missed |= {one for one in wanted if one.at < made_at and one.at <= now}
    for one, target, row in several:
        outcome, why = Outcome.OPEN, None
        if refused := why_not[one, target]:
            outcome, why = Outcome.SKIPPED, refused
        elif one in missed:
            outcome, why = Outcome.MISSED, _MISSED[how]
        key = str(Key(planned.plan.name, one.on, target.key))
        kept = Kept(key, planned.plan.name, one.on, target.key, one.day, one.at, one.due_at, outcome, why, None, now)
        is_new = row is None or replace(row, decided_at=now) != kept
        yield Turn(planned, one, target, kept, is_new)


def _is_fresh(rows: Collection[tuple[date, str]], one: Occurrence, target: Target, now: datetime) -> bool:
    """Whether nothing was decided: of a day that was, only a device that came before its work was to be done."""
    whole = [asset for on, asset in rows if on == one.on]
    return not whole or (one.due_at > now and target.key not in whole and NO_ASSET not in {target.key, *whole})


def _is_undecided(one: Kept, now: datetime) -> bool:
    """Whether an occurrence is to be decided about again: what was skipped may be wanted until it is over."""
    if one.write_id is not None:
        return False
    return one.outcome == Outcome.OPEN or (one.outcome == Outcome.SKIPPED and one.due_at > now)


def of_each(several: Iterable[Planned], kept: Mapping[str, Iterable[Kept]], now: datetime) -> Iterator[Turn]:
    """Yield the same of several plans; see :func:`ripe`."""
    for one in several:
        yield from ripe(one, kept.get(one.plan.name, ()), now)
