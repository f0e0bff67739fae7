"""Why the vendor's own clock and ours differ."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from servicedesk_core.features.sla.clocks.policies import Outcome

_SAME: Final = timedelta(minutes=1)
"""What lies no further apart is the same: vendors show whole minutes."""


class Difference(StrEnum):
    """Why the vendor's clock and ours differ; the first that fits counts."""

    NO_HISTORY = "history not known"
    NO_TARGET_HERE = "no target here"
    NO_TARGET_THERE = "no target there"
    EXEMPT = "does not count here"
    NOT_ENDED_HERE = "ended there only"
    NOT_ENDED_THERE = "ended here only"
    OTHER_END = "ended at another time"
    OVERRIDDEN = "decided otherwise here"
    NO_DUE_TIME = "paused here"
    OTHER_DUE_TIME = "other target, hours or pauses"
    OTHER_VERDICT = "same times, other verdict"


@dataclass(frozen=True, slots=True)
class Side:
    """What one clock says.

    Attributes:
        due_at: Until when the promise is kept, or was to be.
        ended_at: When it was fulfilled.
        is_met: Whether it was kept; ``None`` = that is not decided.
    """

    due_at: datetime | None
    ended_at: datetime | None
    is_met: bool | None


def difference(ours: Side, outcome: Outcome, theirs: Side, *, is_overridden: bool = False) -> Difference | None:
    """Return why two clocks differ; ``None`` when they do not, or the vendor has none and nothing is promised.

    Args:
        ours: Our clock.
        outcome: What ours came to.
        theirs: The vendor's.
        is_overridden: Whether somebody decided ours.
    """
    has_theirs = theirs.due_at is not None or theirs.is_met is not None
    if outcome is Outcome.NOT_APPLICABLE:
        return Difference.NO_TARGET_HERE if has_theirs else None
    have_ended = ours.ended_at is not None, theirs.ended_at is not None
    has_other_due = theirs.due_at is not None and ours.due_at is not None and not are_same(ours.due_at, theirs.due_at)
    fitting = (
        (Difference.NO_TARGET_THERE, not has_theirs),
        (Difference.NO_HISTORY, outcome is Outcome.UNKNOWN),
        (Difference.EXEMPT, outcome is Outcome.EXEMPT),
        (Difference.NOT_ENDED_THERE, have_ended == (True, False)),
        (Difference.NOT_ENDED_HERE, have_ended == (False, True)),
        (Difference.OTHER_END, not are_same(ours.ended_at, theirs.ended_at)),
        (Difference.OVERRIDDEN, is_overridden and has_other_due),
        (Difference.NO_DUE_TIME, theirs.due_at is not None and ours.due_at is None),
        (Difference.OTHER_DUE_TIME, has_other_due),
        (Difference.OTHER_VERDICT, theirs.is_met is not None and ours.is_met not in {None, theirs.is_met}),
    )
    return next((why for why, fits in fitting if fits), None)


def are_same(one: datetime | None, other: datetime | None) -> bool:
    """Whether two times are the same, as far as vendors tell them, or one is not known."""
    return one is None or other is None or abs(one - other) <= _SAME
