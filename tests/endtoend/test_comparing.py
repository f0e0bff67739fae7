"""Our clocks beside those of the vendor's own rule engine: each difference has its reason, and none is off."""

from datetime import timedelta

import pytest

from servicedesk_autotask.sandbox.sla import TARGETS
from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.features.sla.rules import Difference

DAY = timedelta(days=1)
PRIORITIES = {4: "P1", 1: "P2", 2: "P3", 3: "P4"}
PROMISED = """\
[calendars.always]
zone = "UTC"
hours = { mon-sun = "00:00-24:00" }
[sla]
calendar = "always"
[[sla.policies]]
name = "theirs"
pauses = {}
triaged_with = []
""" + "\n".join(
    f'targets.{PRIORITIES[key]} = {{ triage = "{round(first * 60)} min", completion = "{last} h" }}'
    for key, (first, _, last) in TARGETS.items()
)
APART = {Difference.NO_TARGET_THERE, Difference.NO_HISTORY, Difference.EXEMPT, Difference.OTHER_VERDICT}
"""What differs though the policies agree: agreements that are missing, lives that are not known or do not count, and
results of the vendor that count other hours than its own due times."""

ENDED_BY_WORKFLOW = {Difference.OTHER_END, Difference.NOT_ENDED_HERE}
"""Whatever moves a ticket on ends the vendor's first response, a workflow too; our clock waits for a person."""


@pytest.mark.slow
async def test_after_days_no_clock_is_off_where_the_policies_agree(world):
    (world.folder / "service").mkdir()
    (world.folder / "service" / "sla.toml").write_text(PROMISED)
    await world.sync()
    began = world.sandbox.now()
    for _ in range(6):
        world.sandbox.desk.clock.move(timedelta(hours=6))
        world.sandbox.advance(5)
        await world.sync()
    async with world.desk() as desk:
        await desk.definitions.apply(reason="as the vendor's", folder=world.folder / "service")
        await desk.sla.evaluate()
        everything = await desk.sla.compare(since=began - 30 * DAY, limit=10_000)
        told = {one.reason: one.count for one in everything.by_reason}
        assert everything.compared == everything.same + sum(told.values())
        assert {one.why for one in everything} <= set(Difference)
        for clock, apart in (("triage", APART | ENDED_BY_WORKFLOW), ("completion", APART)):
            found = await desk.sla.compare(ClockFilter(clock=clock), since=began, limit=10_000)
            assert found.same
            assert not [one for one in found if one.why not in apart]
