"""How long a ticket takes of which nobody said it: the median of its issue, with its sample, or nothing of it."""

from datetime import timedelta

import pytest

from servicedesk_core.domain import Ticket, TimeEntry
from tests import stored
from tests.assign.conftest import applied


async def given(desk, clock, minutes, more=()):
    """Store done tickets of an issue, each with the minutes that were worked on it, and an open one."""
    now = clock.now()
    done = [
        Ticket(
            external_id=f"d{number}",
            title="Old",
            issue="Network",
            sub_issue="Firewall" if number % 2 else "Switch",
            status_category="resolved",
            resolved_at=now - timedelta(days=number),
        )
        for number in range(len(minutes))
    ]
    time = [
        TimeEntry(external_id=f"e{number}", ticket_ref=f"d{number}", technician_ref="t2", worked_s=60 * each)
        for number, each in enumerate(minutes)
    ]
    open_one = {"status_category": "new", "queue_ref": "q1", "created_at": now, "issue": "Network"}
    new = Ticket(external_id="9", number="T9", title="New", **open_one | dict(more))
    source = {"connection": "psa", "connector": desk.settings.connections["psa"].connector, "environment": "live"}
    await desk.store.write(lambda tx: stored.put(tx, [*done, new, *time], now=now, **source))
    return (await desk.assign.preview(("T9",))).rows[0]


@pytest.mark.parametrize(
    ("minutes", "more", "shown"),
    [
        ([30, 40, 45, 45, 45, 50, 60, 61, 62, 900], {}, (2_700, "taken to need 45 min, the median of 10 of Network")),
        ([90] * 9, {}, (3_600, "")),
        ([90] * 20, {"sub_issue": "Firewall"}, (5_400, "the median of 10 of Network / Firewall")),
        ([90] * 12, {"sub_issue": "Firewall"}, (5_400, "the median of 12 of Network")),
        ([90] * 20, {"estimated_s": 600}, (600, "")),
        ([1] * 20, {}, (900, "taken to need 15 min")),
    ],
    ids=["median", "too few", "sub-issue", "issue where the sub-issue has too few", "estimate", "at least a quarter"],
)
async def test_what_a_ticket_is_taken_to_need_is_said_with_its_sample(desk, clock, minutes, more, shown):
    work_s, told = shown
    row = await given(desk, clock, minutes, more)
    assert row.work_s == work_s
    assert told in row.why
    assert ("median" in row.why) is bool(told)


async def test_what_a_definition_says_comes_first_and_what_is_old_counts_for_nothing(desk, clock, tmp_path):
    clock.advance(200 * 86_400)
    await given(desk, clock, [90] * 12)
    clock.advance(190 * 86_400)
    assert (await desk.assign.preview(("T9",))).rows[0].work_s == 3_600, "all of them are old by now"
    await given(desk, clock, [90] * 12)
    await applied(desk, tmp_path, '[requirements.network]\nissues = ["Network"]\nhours = 2\n')
    row = (await desk.assign.preview(("T9",))).rows[0]
    assert (row.work_s, "median" in row.why) == (7_200, False)
