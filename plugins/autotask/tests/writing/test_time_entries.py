"""Time: where it is recorded, and which hours are possible."""

from datetime import timedelta

import pytest

from plugins.autotask.tests.writing.conftest import NOW, row, sent, technician, write
from servicedesk_core.errors import RejectedError

pytestmark = pytest.mark.slow  # the conformance suite writes always


async def test_time_is_recorded_at_the_root_with_a_role(desk, psa, ticket):
    who, role = technician(desk)
    start = NOW - timedelta(hours=2)
    receipt = await psa.send_write(
        write(
            "time_entries.create",
            parent=ticket,
            technician_ref=who,
            start_at=start.isoformat(),
            end_at=(start + timedelta(minutes=50)).isoformat(),
            summary="Replaced toner",
            internal_notes="Again",
            is_billable=False,
        )
    )
    entry = row(desk, "TimeEntries", receipt.ref)
    assert (entry["ticketID"], entry["resourceID"], entry["roleID"]) == (int(ticket), int(who), int(role))
    assert (entry["hoursWorked"], entry["hoursToBill"], entry["isNonBillable"]) == (0.8333, 0.0, True)
    assert (entry["summaryNotes"], entry["internalNotes"]) == ("Replaced toner", "Again")
    assert "hoursToBill" not in sent(desk)[-1]
    assert psa.map_record("time_entries", receipt.record.raw).entity.worked_s == 3000


async def test_a_start_and_a_duration_make_an_end(desk, psa, ticket):
    who, _ = technician(desk)
    receipt = await psa.send_write(
        write("time_entries.create", parent=ticket, technician_ref=who, start_at=NOW.isoformat(), worked_s=1800)
    )
    assert row(desk, "TimeEntries", receipt.ref)["endDateTime"] == "2026-11-20T15:30:00Z"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"worked_s": 3600}, "needs work_date or start_at"),
        ({"work_date": "2026-11-20"}, "needs worked_s or end_at"),
        ({"work_date": "2026-11-20", "worked_s": 0}, "more than 0"),
        ({"work_date": "2026-11-20", "worked_s": 90_000}, "at most 24"),
        ({"start_at": NOW.isoformat()}, "needs worked_s or end_at"),
        ({"start_at": NOW.isoformat(), "worked_s": 0}, "start needs an end or a duration"),
        ({"end_at": NOW.isoformat(), "worked_s": 60, "work_date": "2026-11-20"}, "an end needs a start"),
        ({"start_at": NOW.isoformat(), "end_at": (NOW - timedelta(1)).isoformat()}, "ends before"),
    ],
)
async def test_impossible_hours_are_refused_here(desk, psa, ticket, values, message):
    count = len(sent(desk))
    one = write("time_entries.create", parent=ticket, technician_ref=technician(desk)[0], **values)
    with pytest.raises(RejectedError, match=message):
        await psa.send_write(one)
    assert len(sent(desk)) == count
    (told,) = await psa.check_write(one, None)
    assert message in told.reason, "who proposes it is told the same"
