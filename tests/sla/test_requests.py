"""Asking for a decision about a clock, and a number that two connections have."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.capabilities import ROLES, Capability, Role
from servicedesk_core.domain import Ticket
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.store import audit, records, sources
from servicedesk_core.store.records import Incoming
from tests.sla.office import at, created, event
from tests.sla.test_store import us


@pytest.fixture
async def desk(told):
    await told.promise()
    await told.ticket(1, created("03-02 09:00", "P2"), event("03-02 09:10", "time_entry"), priority="P2")
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    return told.desk


async def pending(desk):
    return [(one.ticket, one.clock, one.kind, one.reason) for one in await desk.sla.decisions(pending=True)]


async def test_what_was_asked_for_changes_nothing_until_somebody_approves_it(told, desk):
    kept = await told.kept()
    would = await desk.sla.request("T1", "completion", due=at("03-04 12:00"), reason="agreed with Dana")
    assert (would.outcome_before, would.outcome, would.due_at) == ("missed", "open", at("03-04 12:00"))
    await desk.sla.request("T1", "engagement", exempt=True, reason="closed")
    await desk.sla.evaluate(afresh=True)
    assert await told.kept() == kept
    assert await pending(desk) == [
        ("T1", "engagement", "exempt_requested", "closed"),
        ("T1", "completion", "override_requested", "agreed with Dana"),
    ]
    assert not [one for one in (await desk.sla.explain("T1")).clocks if one.decided]

    shown = await desk.sla.foresee_request("T1", "completion")
    for due, reason in (("03-06 12:00", "agreed with Dana"), ("03-05 12:00", "agreed with Lea")):
        await desk.sla.request("T1", "completion", due=at(due), reason=reason)
        with pytest.raises(SettingsError, match="Something else was asked for meanwhile"):
            await desk.sla.approve("T1", "completion", shown=shown)
    done = await desk.sla.approve("T1", "completion", shown=await desk.sla.foresee_request("T1", "completion"))
    assert done.reason.startswith("agreed with Lea (asked for by user:")
    assert (await told.clocks(1))["completion", 1][2] == us("03-05 12:00")
    await desk.sla.decline("T1", "engagement", reason="it was open")
    assert (await told.clocks(1))["engagement", 1][1] == "met"
    assert await pending(desk) == []
    for answer in (desk.sla.approve("T1", "completion"), desk.sla.decline("T1", "engagement", reason="again")):
        with pytest.raises(SettingsError, match="Nobody asks for anything about"):
            await answer
    actions = [one.action for one in await desk.store.read(audit.read) if one.action.startswith("sla.")]
    assert actions.count("sla.override_requested") == 3
    assert {"sla.override", "sla.exempt_requested", "sla.declined"} <= {*actions}
    assert (await desk.sla.audit(quarter="2026-Q1")).decisions == 1  # a request is none


async def test_it_is_one_of_two_things_and_a_coordinator_asks_where_a_manager_decides(desk):
    for said in ({}, {"due": at("03-04 12:00"), "exempt": True}):
        with pytest.raises(SettingsError, match="either --due or --exempt"):
            await desk.sla.request("T1", "completion", reason="x", **said)
    coordinator = ROLES[Role.COORDINATOR]
    assert Capability.PROMISES_REASON in coordinator
    assert Capability.PROMISES_DECIDE not in coordinator


async def test_a_number_that_two_connections_have_is_refused_with_both_unless_one_is_named(told, desk):
    def other(tx):
        source = sources.ensure(tx, "old", "tabular", "live", datetime(2026, 1, 1, tzinfo=UTC))
        row = Incoming(Ticket(external_id="9", number="T1", title="Another"), {}, None, "1")
        records.apply(tx, source.id, "tickets", [row], mode="incremental", now=told.clock.now())

    await desk.store.write(other)
    due = at("03-04 12:00")
    for act in (
        lambda **more: desk.sla.override("T1", "completion", due=due, reason="x", **more),
        lambda **more: desk.sla.exempt("T1", "completion", reason="x", **more),
        lambda **more: desk.sla.withdraw("T1", "completion", reason="x", **more),
        lambda **more: desk.sla.request("T1", "completion", exempt=True, reason="x", **more),
        lambda **more: desk.sla.explain("T1", **more),
        lambda **more: desk.tickets.get("T1", **more),
    ):
        with pytest.raises(NotFoundLocallyError, match="Several connections have a ticket 'T1': old, psa"):
            await act()
        await act(connection="psa")
    assert (await desk.tickets.get("9")).row.title == "Another"
