"""What the commands of clocks answer, from the tickets in the store."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company, Queue, SlaResult, Technician, TimeEntry
from servicedesk_core.faces import Opens
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import columns_of
from servicedesk_core.features.sla import Past
from servicedesk_core.features.sla.clocks.policies import Outcome
from servicedesk_core.features.sla.model import Attained, By, ClockFilter
from servicedesk_core.features.sla.past.model import Answered, ResponseBy
from servicedesk_core.features.sla.rules import Difference, Side, difference
from tests.sla.office import at, created, event, status


async def listed(desk, opens):
    """Follow a number to its list."""
    offer = {"sla.decided": Past.decided, "sla.answers": Past.answers}[opens.call]
    pairs = [(name, word) for name, words in opens.given.items() for word in words]
    places, named = asked(offer, pairs, ZoneInfo(desk.timezone))
    return (await desk.call(offer, *places, **named)).items


@pytest.fixture
async def desk(told):
    """An office with two tickets that are open, one of which is late, and two that are done."""
    await told.put(Technician(external_id="7", name="Ana Diaz"), Queue(external_id="8", name="Help"))
    await told.promise()
    await told.ticket(1, created("03-03 09:00", "P2"), priority="P2", assignee_ref="7")
    await told.ticket(2, created("03-03 16:00", "P3"), event("03-03 16:10", "time_entry"), priority="P3")
    await told.ticket(
        3, created("03-02 09:00", "P2"), status("03-02 12:00", "resolved"), priority="P2", assignee_ref="7"
    )
    late = status("03-03 11:00", "resolved")
    await told.ticket(4, created("03-02 09:00", "P2"), late, priority="P2", company_ref="2")
    for ref, day in ((3, "03-02 12:00"), (4, "03-03 11:00")):
        await told.ticket(ref, resolved_at=at(day))
    await told.ticket(5, created_at=at("03-02 09:00"), status_category="resolved", resolved_at=at("03-02 10:00"))
    await told.move("03-03 17:30")
    await told.desk.sla.evaluate()
    return told.desk


@pytest.mark.slow
async def test_lists_say_what_is_late_what_is_at_risk_and_what_comes(desk):
    late = await desk.sla.breached()
    assert [(one.ticket, one.clock, one.used_percent) for one in late] == [
        ("T1", "triage", 1700),
        ("T1", "engagement", 425),
        ("T1", "completion", 106),
    ]
    assert (late.items[0].company, late.items[0].assignee) == ("Harbor Clinic", "Ana Diaz")
    assert [one.ticket for one in await desk.sla.at_risk()] == []
    coming = await desk.sla.upcoming(within=timedelta(days=3))
    assert [(one.ticket, one.clock, one.due_at) for one in coming] == [("T2", "completion", at("03-06 10:00"))]
    assert [one.clock for one in await desk.sla.breached(ClockFilter(clock="triage"))] == ["triage"]
    assert [one.clock for one in await desk.sla.breached(sort="-clock", limit=1)] == ["triage"]
    first = await desk.sla.breached(limit=2)
    assert [one.clock for one in await desk.sla.breached(limit=2, after=first.next)] == ["completion"]
    assert not (await desk.sla.breached(ClockFilter(company=("none",)))).items


async def test_attainment_counts_what_was_decided_in_the_period_and_says_what_is_left_out(desk):
    found = await desk.sla.attainment(since=at("03-02 00:00"))
    assert {one.clock: (one.kept, one.judged, one.percent) for one in found} == {
        "triage": (1, 4, 25.0),
        "engagement": (1, 4, 25.0),
        "completion": (1, 3, 33.33),
        "all": (0, 2, 0.0),
    }
    assert [(one.reason, one.count) for one in found.excluded] == [("no history", 1)]
    by_client = await desk.sla.attainment(ClockFilter(clock="completion"), since=at("03-02 00:00"), by=By.CLIENT)
    assert {one.group: (one.kept, one.judged) for one in by_client} == {"Harbor Clinic": (1, 2), "2": (0, 1)}
    for by in By:
        divided = await desk.sla.attainment(since=at("03-02 00:00"), by=by)
        assert sum(one.judged for one in divided if one.clock == "all") == 2
        for one in divided:
            numbers = {name: Opens.behind(column, one) for name, column in columns_of(Attained).items()}
            counted = {name: len(await listed(desk, opens)) for name, opens in numbers.items() if opens}
            assert counted == {name: getattr(one, name) for name in counted}
            assert len(counted) == 7
    scoped = await desk.sla.attainment(since=at("03-02 00:00"), scope=Scope("psa", companies="2"))
    assert {one.clock: one.judged for one in scoped}["all"] == 1


async def test_each_number_of_first_answers_is_its_list(told, desk):
    await told.put(TimeEntry(external_id="9", ticket_ref="3", technician_ref="7", start_at=at("03-02 10:00")))
    await told.ticket(4, first_response_at=at("03-02 13:00"))
    for by in ResponseBy:
        found = await desk.sla.response(since=at("03-02 00:00"), by=by)
        for one in (*found, found.whole):
            numbers = {name: Opens.behind(column, one) for name, column in columns_of(Answered).items()}
            counted = {name: len(await listed(desk, opens)) for name, opens in numbers.items() if opens}
            assert counted == {name: getattr(one, name) for name in ("answered", "waiting", "told")}
    assert (found.whole.answered, found.whole.told) == (2, 1)
    rows = (await desk.sla.answers(since=at("03-02 00:00"))).items
    assert [(one.ticket, one.after_s, one.is_told) for one in rows] == [("T4", 4 * 3600, True), ("T3", 3600, False)]
    slow = await desk.sla.answers(since=at("03-02 00:00"), longer_than=timedelta(hours=1))
    quick = await desk.sla.answers(since=at("03-02 00:00"), within=timedelta(hours=1))
    assert ([one.ticket for one in slow], [one.ticket for one in quick]) == (["T4"], ["T3"])


async def test_attainment_and_the_figures_of_promises_are_one_number_of_tickets_that_count(told, desk):
    await told.put(Company(external_id="0", name="Us", is_own=True))
    new = created("03-02 09:00", "P2")
    await told.ticket(6, new, status("03-02 10:00", "resolved"), resolved_at=at("03-02 10:00"), company_ref="0")
    waited = status("01-15 09:10", "waiting_customer"), status("03-02 09:00", "in_progress")
    await told.ticket(7, created("01-15 09:00", "P2"), *waited, status("03-03 12:00", "cancelled"))
    merged = event("03-03 12:00", "merged"), status("03-03 12:01", "closed")
    await told.ticket(8, new, event("03-02 09:10", "time_entry"), *merged, resolved_at=at("03-03 12:01"))
    await desk.sla.evaluate()
    attained = await desk.sla.attainment(since=at("03-01 00:00"), until=at("04-01 00:00"))
    assert {one.clock: (one.kept, one.judged, one.exempt) for one in attained} == {
        "triage": (1, 4, 0),
        "engagement": (1, 4, 0),
        "completion": (1, 3, 0),
        "all": (0, 2, 0),
    }
    assert [(one.reason, one.count) for one in attained.excluded] == [("merged", 1), ("no history", 1), ("our own", 1)]
    figures = {one.code or one.name: one for one in await desk.kpi.list(period="2026-03")}
    for code, clock in (("K01", "all"), ("K02", "triage"), ("K03", "engagement"), ("K04", "completion")):
        [row] = [one for one in attained if one.clock == clock]
        assert (figures[code].numerator, figures[code].denominator) == (row.kept, row.judged)
    for name in ("resolved", "time-to-resolve", "K12"):
        assert figures[name].excluded == {"merged": 1, "our own": 1}
    assert figures["resolved"].value == 3


@pytest.mark.slow
async def test_each_technician_sees_what_is_late_and_what_is_next(desk):
    found = {one.technician: one for one in await desk.sla.summary()}
    assert (found["Ana Diaz"].open, found["Ana Diaz"].late, found["Ana Diaz"].triage) == (1, 1, 1)
    assert (found[None].open, found[None].completion, found[None].late) == (1, 1, 0)


async def test_a_ticket_is_explained_by_its_parts_and_beside_the_vendors_clock(told, desk):
    await told.ticket(2, resolution_due_at=at("03-04 12:00"), sla="Standard")
    await told.desk.sla.evaluate()
    found = await desk.sla.explain("T2")
    assert (found.history, found.agreement, [one.clock for one in found.clocks]) == (
        "complete",
        "Standard",
        ["triage", "engagement", "completion"],
    )
    done = found.clocks[2]
    assert (done.policy, done.calendar, done.target_s, done.elapsed_s) == ("std", "office", 24 * 3600, 5400)
    assert (done.their_due_at, done.why) == (at("03-04 12:00"), Difference.OTHER_DUE_TIME)
    assert [(part.status, part.queue, part.used_s) for part in done.parts] == [("new", "Help", 5400)]
    [row] = (await desk.sla.compare(ClockFilter(clock="completion"))).items[:1]
    assert row.why
    everything = await desk.sla.compare()
    assert everything.compared == everything.same + sum(one.count for one in everything.by_reason) == 12
    await told.put(*(SlaResult(external_id=ref, ticket_ref="2", resolution_met=ref == "b") for ref in "ab"))
    again = await desk.sla.compare()
    assert (again.compared, len(again.items)) == (12, len({(one.ticket, one.clock) for one in again.items}))
    assert (await desk.sla.explain("T5")).clocks == ()


OURS, THEIRS = (
    Side(at("03-03 12:00"), at("03-03 11:00"), is_met=True),
    Side(at("03-03 12:00"), at("03-03 11:00"), is_met=True),
)


@pytest.mark.parametrize(
    ("ours", "outcome", "theirs", "why"),
    [
        (OURS, "met", THEIRS, None),
        (OURS, "met", replace(THEIRS, due_at=at("03-03 12:00") + timedelta(seconds=40)), None),
        (OURS, "met", replace(THEIRS, due_at=at("03-03 13:00")), Difference.OTHER_DUE_TIME),
        (OURS, "met", replace(THEIRS, ended_at=at("03-03 10:00")), Difference.OTHER_END),
        (OURS, "met", replace(THEIRS, ended_at=None), Difference.NOT_ENDED_THERE),
        (replace(OURS, ended_at=None, is_met=None), "open", THEIRS, Difference.NOT_ENDED_HERE),
        (replace(OURS, due_at=None, is_met=None), "open", THEIRS, Difference.NO_DUE_TIME),
        (OURS, "met", replace(THEIRS, is_met=False), Difference.OTHER_VERDICT),
        (OURS, "met", Side(None, None, None), Difference.NO_TARGET_THERE),
        (OURS, "not_applicable", THEIRS, Difference.NO_TARGET_HERE),
        (OURS, "not_applicable", Side(None, None, None), None),
        (OURS, "unknown", THEIRS, Difference.NO_HISTORY),
        (OURS, "exempt", THEIRS, Difference.EXEMPT),
    ],
)
def test_why_two_clocks_differ_is_one_reason(ours, outcome, theirs, why):
    assert difference(ours, Outcome(outcome), theirs) is why
