"""What people decide about clocks: judged at once, kept with who and why, taken back without deleting anything."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import Scope
from servicedesk_core.capabilities import ROLES, Capability, Role
from servicedesk_core.domain import Company
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.store import audit
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status
from tests.sla.test_store import us

FEBRUARY = {"since": at("02-01 00:00")}


@pytest.fixture
async def desk(told):
    """A ticket that is late, one that was resolved late, and one that waits for its client."""
    await told.promise()
    await told.ticket(1, created("03-02 09:00", "P2"), event("03-02 09:10", "time_entry"), priority="P2")
    done = status("03-03 11:00", "resolved")
    await told.ticket(2, created("03-02 09:00", "P2"), event("03-02 09:10", "time_entry"), done, priority="P2")
    await told.ticket(2, resolved_at=at("03-03 11:00"))
    waits = status("03-02 10:00", "waiting_customer")
    await told.ticket(3, created("03-02 09:00", "P2"), event("03-02 09:10", "time_entry"), waits, priority="P2")
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    return told.desk


async def completion(told, ref):
    return (await told.clocks(ref))["completion", 1][:3]


async def test_another_due_time_holds_at_once_over_a_rebuild_and_until_it_is_withdrawn(told, desk):
    assert await completion(told, 1) == ("running", "open", us("03-02 17:00"))
    foreseen = await desk.sla.foresee("T1", "completion", "override", due=at("03-04 12:00"), reason="agreed")
    assert (foreseen.outcome_before, foreseen.outcome, foreseen.due_at) == ("missed", "open", at("03-04 12:00"))
    assert await completion(told, 1) == ("running", "open", us("03-02 17:00"))
    done = await desk.sla.override("T1", "completion", due=at("03-04 12:00"), reason=" agreed ")
    assert (done.due_before, done.due_at, done.outcome, done.busy) == (
        at("03-02 17:00"),
        at("03-04 12:00"),
        "open",
        None,
    )
    assert await completion(told, 1) == ("running", "open", us("03-04 12:00"))
    assert not [one for one in await desk.sla.breached() if one.ticket == "T1"]
    before = await told.kept()
    await desk.sla.evaluate(afresh=True)
    assert await told.kept() == before
    [explained] = [one for one in (await desk.sla.explain("T1")).clocks if one.clock == "completion"]
    assert explained.decided.startswith("override by user:")
    assert explained.decided.endswith(": agreed")
    await told.move("03-04 12:01")
    assert [one.clock for one in await desk.sla.breached() if one.ticket == "T1"] == ["completion"]
    back = await desk.sla.withdraw("T1", "completion", reason="they did not agree")
    assert (back.outcome, back.due_at) == ("missed", at("03-02 17:00"))
    with pytest.raises(SettingsError, match="could be taken back"):
        await desk.sla.withdraw("T1", "completion", reason="again")
    assert [(one.kind, one.reason) for one in await desk.sla.decisions()] == [
        ("withdrawn", "they did not agree"),
        ("override", "agreed"),
    ]
    records = [one for one in await desk.store.read(audit.read) if one.action.startswith("sla.")]
    assert [(one.action, one.reason) for one in records] == [
        ("sla.override", "agreed"),
        ("sla.withdrawn", "they did not agree"),
    ]
    assert records[0].before == {"due_at": "2026-03-02T22:00:00+00:00", "outcome": "missed"}
    assert records[0].entity.endswith(":completion:1")


async def test_a_due_time_that_was_decided_does_not_wait_for_the_client(told, desk):
    assert await completion(told, 3) == ("paused", "open", None)
    await desk.sla.override("T3", "completion", due=at("03-03 13:00"), reason="before the fair")
    assert await completion(told, 3) == ("paused", "open", us("03-03 13:00"))
    assert not [one for one in await desk.sla.breached() if one.ticket == "T3"]
    await told.move("03-03 13:01")
    [late] = [one for one in await desk.sla.breached() if one.ticket == "T3"]
    assert late.due_at == at("03-03 13:00")
    assert [one.outcome for one in (await desk.sla.explain("T3")).clocks] == ["met", "met", "missed"]


async def test_what_does_not_count_is_in_no_figure_and_is_said(told, desk):
    found = {one.clock: one for one in await desk.sla.attainment(**FEBRUARY)}
    assert (found["completion"].judged, found["completion"].exempt, found["completion"].overridden) == (2, 0, 0)
    await desk.sla.exempt("T2", "completion", reason="the building was closed")
    await desk.sla.override("T1", "completion", due=at("03-04 12:00"), reason="agreed")
    await told.move("03-04 13:00")
    found = {one.clock: one for one in await desk.sla.attainment(**FEBRUARY)}
    assert (found["completion"].judged, found["completion"].exempt, found["completion"].overridden) == (1, 1, 2)
    assert (found["all"].judged, found["all"].overridden) == (1, 1)
    [clock] = [one for one in (await desk.sla.explain("T2")).clocks if one.clock == "completion"]
    assert (clock.outcome, clock.reason) == ("exempt", "the building was closed")


@pytest.mark.slow
async def test_missed_promises_are_counted_until_somebody_says_why(told, desk):
    async def counted():
        found = {one.clock: one.without_reason for one in await desk.sla.attainment(**FEBRUARY)}
        listed = await desk.sla.missed(without_reason=True)
        assert len(listed.items) == found["completion"]
        return found

    assert await counted() == {"triage": 0, "engagement": 0, "completion": 2, "all": 1}
    done = await desk.sla.reason("T2", "completion", "Capacity", note="two were ill")
    assert (done.reason, done.reason_before, done.missed_at) == ("capacity", None, at("03-02 17:00"))
    assert await counted() == {"triage": 0, "engagement": 0, "completion": 1, "all": 0}
    assert (await desk.sla.reason("T2", "completion", "parts")).reason_before == "capacity"
    missed = await desk.sla.missed()
    assert {one.ticket: one.reason for one in missed} == {"T1": None, "T2": "parts"}
    assert {one.ticket: one.over_s for one in missed} == {"T1": 5 * 3600, "T2": 4 * 3600}
    assert {one.reason: one.count for one in missed.by_reason} == {"parts": 1, "without a reason": 1}
    with pytest.raises(SettingsError, match="was not missed"):
        await desk.sla.reason("T3", "completion", "parts")
    with pytest.raises(SettingsError, match='Did you mean "parts"'):
        await desk.sla.reason("T1", "completion", "prts")
    await told.promise(BOOK + '[missed_reasons.weather]\nabout = "Snow."\n')
    assert [one.reason for one in await desk.sla.reasons()] == ["weather"]
    await desk.sla.reason("T1", "completion", "weather")
    assert await counted() == {"triage": 0, "engagement": 0, "completion": 0, "all": 0}


async def test_an_earlier_life_can_be_decided_about_when_the_ticket_is_in_another(told, desk):
    opened = status("03-20 09:00", "in_progress")
    await told.ticket(2, opened)
    await told.move("03-20 10:00")
    await desk.sla.evaluate()
    await desk.sla.exempt("T2", "completion", cycle=1, reason="the building was closed")
    found = await told.clocks(2)
    assert (found["completion", 1][1], found["completion", 2][1]) == ("exempt", "open")
    assert (await desk.sla.exempt("T2", "completion", reason="a test")).cycle == 2


async def test_what_is_wrong_is_refused_and_nothing_is_kept(told, desk):
    await told.put(Company(external_id="2", name="Others"))
    for call, error, said in (
        (desk.sla.exempt("T1", "completion", reason=" "), SettingsError, "reason is empty"),
        (desk.sla.exempt("T9", "completion", reason="a"), NotFoundLocallyError, "no ticket 'T9'"),
        (desk.sla.exempt("T1", "completion", reason="a", cycle=3), NotFoundLocallyError, "of life 3"),
        (
            desk.sla.exempt("T1", "triage", reason="a", scope=Scope("psa", companies="2")),
            NotFoundLocallyError,
            "no ticket",
        ),
        (desk.sla.override("T1", "triage", reason="a", due=datetime(2026, 3, 4)), SettingsError, "no offset"),  # noqa: DTZ001
        (
            desk.sla.override("T1", "triage", reason="a", due=datetime(9999, 12, 31, tzinfo=UTC)),
            SettingsError,
            "ten years",
        ),
    ):
        with pytest.raises(error, match=said):
            await call
    assert not (await desk.sla.decisions()).items
    assert not (await desk.sla.missed(ClockFilter(clock="triage"))).items


@pytest.mark.slow
async def test_decisions_are_read_of_any_number_of_tickets(told, desk):
    await desk.sla.exempt("T1", "completion", reason="agreed")
    found = await desk.store.read(lambda tx: decided.of_tickets(tx, range(300_000)))
    assert [[one.reason for one in own] for own in found.values()] == [["agreed"]]


def test_a_manager_decides_and_a_coordinator_says_why():
    decide, reason = Capability.PROMISES_DECIDE, Capability.PROMISES_REASON
    assert {role for role, may in ROLES.items() if decide in may} == {Role.SERVICE_MANAGER}
    assert {role for role, may in ROLES.items() if reason in may} == {Role.SERVICE_MANAGER, Role.COORDINATOR}
