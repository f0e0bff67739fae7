"""A ticket that goes up in another is no quickly resolved one."""

from datetime import timedelta

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.sla import Policy, PolicySet, Targets, evaluate
from servicedesk_core.sync.landing.superseding import events_of


@pytest.mark.slow
async def test_the_clocks_of_a_merged_ticket_are_withdrawn_and_those_of_a_complete_one_are_not(world):
    world.options["streams"] = ["companies", "tickets", "notes"]
    store = world.sandbox.store
    merged, complete = store.select("Tickets", '"status" = 8', tail="ORDER BY id DESC LIMIT 2")
    await world.sync()
    world.sandbox.desk.clock.move(timedelta(minutes=15))
    stamp = world.sandbox.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    ends = {"status": 5, "completedDate": stamp, "lastActivityDate": stamp, "lastTrackedModificationDateTime": stamp}
    store.put("Tickets", [{**row, **ends} for row in (merged, complete)])
    told = store.select("TicketNotes", tail="LIMIT 1")[0]
    written = {"createDateTime": stamp, "lastActivityDate": stamp, "noteType": 94, "createdByContactID": None}
    note = {**told, **written, "id": store.next_id("TicketNotes"), "ticketID": merged["id"]}
    store.put("TicketNotes", [note])
    world.sandbox.desk.clock.move(timedelta(minutes=15))
    assert (await world.sync()).exit_code == 0
    office = Calendar(name="always", zone="UTC", hours={"mon-sun": "00:00-24:00"})
    promised = Policy(name="all", otherwise=Targets(completion=timedelta(days=3650)))
    refs = [str(merged["id"]), str(complete["id"])]
    async with world.desk() as desk:
        events = await desk.store.read(lambda tx: events_of(tx, 1, refs))
    states = {}
    for ref in refs:
        found = evaluate(events[ref], [PolicySet(policies=(promised,), calendar="always")], [office], world.clock.now())
        states[ref] = [(one.state, one.reason) for one in found if one.clock == "completion"]
    assert states == {refs[0]: [("withdrawn", "merged")], refs[1]: [("stopped", None)]}
