"""What became of promises: first answers, and a quarter as it is accounted for."""

from itertools import permutations

import pytest

from servicedesk_core.domain import Appointment, Company, Note, Technician, TimeEntry
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.features.sla.past.model import ResponseBy
from servicedesk_core.features.sla.tables import responses
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status

pytestmark = pytest.mark.slow  # many stores with much in them

NOTE = {"visibility": "public", "author_type": "technician"}


async def test_first_answers_are_told_by_what_technicians_did_whatever_the_clocks_say(told):
    await told.put(Technician(external_id="7", name="Ana Diaz"), Company(external_id="2", name="Pine Dental"))
    for ref, priority in enumerate(("P1", "P1", "P2", "P2", "P3", "P3"), 1):
        await told.ticket(ref, created("03-02 09:00", priority), priority=priority, company_ref="2")
    await told.put(
        Note(external_id="1", ticket_ref="1", created_at=at("03-02 09:30"), author_ref="7", **NOTE),
        Note(
            external_id="2", ticket_ref="1", created_at=at("03-02 09:10"), visibility="public", author_type="customer"
        ),
    )
    await told.put(TimeEntry(external_id="1", ticket_ref="1", technician_ref="7", start_at=at("03-02 10:00")))
    await told.put(TimeEntry(external_id="2", ticket_ref="2", technician_ref="7", start_at=at("03-02 08:50")))
    await told.put(Appointment(external_id="1", ticket_refs=("3",), created_at=at("03-02 11:00")))
    await told.ticket(4, first_response_at=at("03-02 13:00"))
    await told.ticket(5, status("03-02 10:00", "cancelled"))
    await told.move("03-03 09:00")
    found = await told.desk.sla.response()
    assert {one.group: (one.answered, one.waiting, one.median_s, one.told) for one in found} == {
        "P1": (2, 0, 900, 0),
        "P2": (2, 0, 3 * 3600, 1),
        "P3": (0, 1, None, 0),
    }
    assert (found.whole.answered, found.whole.mean_s, found.whole.p90_s) == (4, 5850, 12240)
    with pytest.raises(SettingsError, match="No calendar says which hours would count"):
        await told.desk.sla.response(business=True)
    await told.promise(BOOK.replace("08:00-18:00", "10:30-18:00"))
    in_hours = await told.desk.sla.response(business=True)
    assert {one.group: one.median_s for one in in_hours} == {"P1": 0, "P2": 5400, "P3": None}
    assert in_hours.calendar == "office"
    by_whom = await told.desk.sla.response(by=ResponseBy.TECHNICIAN)
    assert {one.group: one.answered for one in by_whom} == {"Ana Diaz": 2, None: 2}
    later = await told.desk.sla.response(by="client", since=at("03-02 10:30"))
    assert {one.group: (one.answered, one.waiting) for one in later} == {"Pine Dental": (2, 1)}


async def test_only_what_somebody_exempted_is_counted_as_such(told):
    await told.promise()
    worked = event("03-02 09:10", "time_entry")
    await told.ticket(1, created("03-02 09:00", "P2"), worked, priority="P2")
    await told.move("03-02 10:00")
    await told.desk.sla.evaluate()
    await told.desk.sla.override("T1", "completion", due=at("03-04 12:00"), reason="agreed")
    await told.ticket(1, status("03-02 11:00", "resolved", actor="customer"), resolved_at=at("03-02 11:00"))
    await told.move("03-31 12:00")
    await told.desk.sla.evaluate()
    found = await told.desk.sla.audit(ClockFilter(clock="completion"), quarter="2026-Q1")
    [row] = found
    assert (row.overridden, row.exempted, row.exempt, found.decisions) == (1, 0, 1, 1)


async def test_a_quarter_is_accounted_for_by_policy_and_client_with_what_people_decided(told):
    await told.promise()
    for ref in range(1, 5):
        own = created("03-02 09:00", "P2"), event("03-02 09:10", "time_entry")
        await told.ticket(ref, *own, status(f"03-0{ref + 1} 16:30", "resolved"), priority="P2")
    await told.ticket(5, created("03-02 09:00", "P3"), event("03-02 09:10", "time_entry"), priority="P3")
    await told.move("03-31 12:00")
    await told.desk.sla.evaluate()
    await told.desk.sla.exempt("T2", "completion", reason="the building was closed")
    await told.desk.sla.override("T3", "completion", due=at("03-04 17:00"), reason="agreed")
    await told.desk.sla.reason("T4", "completion", "parts")
    await told.promise(BOOK.replace('"8 h"', '"6 h"'), reason="faster")
    await told.move("04-02 12:00")
    await told.promise(BOOK.replace('"8 h"', '"5 h"'), reason="not in it")
    await told.desk.sla.evaluate()
    found = await told.desk.sla.audit()
    [row] = [one for one in found if one.clock == "completion"]
    assert (found.quarter, row.policy, row.client, row.targets) == (
        "2026-Q1",
        "std",
        "Harbor Clinic",
        "P2 8 h, P3 24 h",
    )
    assert (row.kept, row.judged, row.percent, row.missed, row.without_reason) == (2, 4, 50.0, 2, 1)
    assert (row.overridden, row.exempted, row.exempt, found.decisions) == (1, 1, 0, 2)
    assert (found.kept, found.judged) == tuple(sum(getattr(one, name) for one in found) for name in ("kept", "judged"))
    assert found.without_reason == sum(one.without_reason for one in found)
    assert [one.reason for one in found.versions] == ["promised", "faster"]
    assert not (await told.desk.sla.audit(quarter="2025-Q4")).items
    assert (await told.desk.sla.audit(ClockFilter(clock="triage"), quarter="2026-Q1")).decisions == 0
    for wrong in ("2026-03", "2026-Q5", "Q1"):
        with pytest.raises(SettingsError, match="is no quarter"):
            await told.desk.sla.audit(quarter=wrong)


def test_of_two_who_answered_at_once_always_the_same_one_is_named():
    acts = [(5, None), (5, "b"), (5, "a")]
    assert {responses._first(several, None, 9).who for several in permutations(acts)} == {"a"}
