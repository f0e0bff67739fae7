"""What somebody should look at of recurring work: tickets that should be there and are not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.recurring.adopting import halted
from servicedesk_core.features.recurring.making.automatic import turns
from servicedesk_core.features.recurring.making.deciding import Outcome
from servicedesk_core.features.recurring.tables import plans
from servicedesk_core.wording import counted

LATE: Final = timedelta(hours=4)
"""So long after its ticket was to be made it is told that it is not there."""
_HINT: Final = "servicedesk recurring generate makes them; a standing approval of recurring.generate does it by itself."


def late(watch: Watch) -> Iterator[Condition]:
    """Yield the plans whose tickets are not made though their time has come, and those that nothing can be made of."""
    found = plans(watch.tx, ZoneInfo(watch.desk.timezone), watch.now)
    stopped = halted(watch.tx, found, watch.now)
    for name in (one.plan.name for one in found if one.problems):
        told = f"Nothing can be made of the plan {name}: some of its words mean nothing."
        yield Condition(f"recurring:{name}/words", "unclear", told, f"servicedesk recurring explain {name}")
    for name in stopped:
        told = f"Nothing is made of the plan {name}: the PSA makes that series too, and nobody said which side does."
        yield Condition(f"recurring:{name}/both", "both", told, f"servicedesk recurring explain {name}")
    late_ones: dict[str, int] = {}
    for turn in turns(watch.tx, watch.desk, watch.now):
        if turn.kept.outcome == Outcome.OPEN and turn.occurrence.opens_at + LATE < watch.now:
            late_ones[turn.planned.plan.name] = late_ones.get(turn.planned.plan.name, 0) + 1
    for name, many in sorted(late_ones.items()):
        told = f"{counted(many, 'ticket')} of the plan {name} should have been made by now."
        yield Condition(f"recurring:{name}", "late", told, _HINT)
