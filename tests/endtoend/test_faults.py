"""What the vendor does wrong, from the connector's wire to the outcome: nothing lost, nothing doubled, nothing told."""

import logging

import pytest

from servicedesk_core.errors import AuthenticationError
from servicedesk_core.sync.report import StreamState

TICKETS = {"path": "/Tickets/query$"}

PASSING = [
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
    {"kind": "repeat_page", "nth": 2},
    {"kind": "status", "status": 500, "body": {"errors": ["An internal error occurred."]}},
    {"kind": "status", "status": 429, "body": {"errors": ["Too many requests."]}, "headers": {"Retry-After": "0"}},
    {"kind": "html", "status": 503},
]
"""Troubles that pass by themselves: they cost time only."""

STAYING = [
    {"kind": "truncate", "times": None, "nth": 2},
    *(
        pytest.param(fault, marks=pytest.mark.slow)
        for fault in (
            {"kind": "drop_before", "times": None},
            {"kind": "html", "status": 200, "times": None, "nth": 2},
            {"kind": "status", "status": 503, "body": "down", "times": None, "nth": 2},
            {"kind": "repeat_page", "times": None, "nth": 2},
            {"kind": "status", "status": 200, "body": "[]", "times": None},
            {"kind": "status", "status": 200, "body": "", "times": None},
            {"kind": "huge", "nth": 2},
        )
    ),
]


def name_of(fault):
    return "-".join(str(fault[key]) for key in ("kind", "status", "nth") if key in fault)


def script(world, *faults):
    world.sandbox.faults([{"match": TICKETS, **fault} for fault in faults])


@pytest.mark.slow
async def test_troubles_that_pass_cost_time_only(world):
    """One after the other, each on its own page."""
    script(world, *({**fault, "nth": 1 + 3 * n} for n, fault in enumerate(PASSING)))
    world.options["page_size"] = 10
    assert (await world.sync()).exit_code == 0
    fired = [fault["fired"] for fault in world.sandbox.state()["faults"]]
    assert sum(fired) >= 3
    assert world.differences() == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", STAYING, ids=name_of)
async def test_trouble_that_stays_fails_its_stream_and_the_next_run_goes_on(world, fault):
    world.options |= {"page_size": 20, "streams": ["companies", "tickets"]}
    script(world, fault)
    outcome = await world.sync()
    assert outcome.exit_code == 3
    states = {stream.stream: stream for stream in outcome.report.streams}
    assert states["companies"].state is StreamState.COMPLETE
    assert states["tickets"].state is StreamState.FAILED
    assert states["tickets"].error_code in {"network", "protocol", "vendor_unavailable", "vendor_timeout"}
    assert world.rows("SELECT count(*) FROM runs WHERE outcome = 'failed'") == [(1,)]
    script(world)
    assert (await world.sync()).exit_code == 0
    ours = {i for (i,) in world.rows("SELECT external_id FROM tickets")}
    assert ours == set(world.truth("tickets"))
    assert world.rows("SELECT count(*) FROM changes WHERE entity = 'tickets' AND kind = 'created'") == [(len(ours),)]


@pytest.mark.slow
async def test_a_vendor_that_goes_down_after_the_last_page_loses_nothing(world):
    world.options["history_requests"] = 20
    match = {"path": "/TicketHistory/query$"}
    world.sandbox.faults([{"kind": "status", "status": 503, "body": "down", "times": None, "match": match}])
    outcome = await world.sync()
    assert world.differences() == {}
    world.sandbox.faults([])
    assert (await world.sync()).exit_code == 0
    assert world.rows("SELECT count(*) > 0 FROM ticket_events WHERE source = 'history'") == [(1,)]
    assert outcome.exit_code in {0, 3}


@pytest.mark.slow
async def test_a_login_that_is_refused_in_the_middle_is_tried_once_and_then_by_nobody(world):
    world.options["page_size"] = 10
    script(world, {"kind": "expired_token", "nth": 3, "times": None})
    outcome = await world.sync()
    assert (outcome.exit_code, outcome.error.code) == (4, "authentication")
    refused = world.sandbox.state()["statuses"]["401"]
    assert refused <= 2
    script(world)
    before = dict(world.sandbox.state()["requests"])
    outcome = await world.sync()
    assert (outcome.exit_code, "connections test psa" in outcome.error.hint) == (4, True)
    assert dict(world.sandbox.state()["requests"]) == before, "nothing is sent while the connection is stopped"
    async with world.desk() as desk:
        assert (await desk.check("psa")).was_blocked
    assert (await world.sync()).exit_code == 0
    assert world.differences() == {}


@pytest.mark.slow
async def test_a_wrong_secret_never_locks_the_user_out(world_with):
    with world_with(lockout_after=3) as world:
        for _ in range(5):
            outcome = await world.sync(connection={"secret": "wrong-secret-4713"})
            assert outcome.exit_code == 4
        assert world.sandbox.state()["auth_failures"] <= 1
        async with world.desk() as desk:
            assert (await desk.check("psa")).error is None
        assert (await world.sync()).exit_code == 0


async def test_ids_of_every_kind_are_kept_apart(world):
    rows = world.sandbox.store.select("Companies")
    good = {str(row["id"]) for row in rows}
    odd = [
        {**rows[0], "id": str(rows[0]["id"])},
        rows[1],
        rows[1],
        {**rows[2], "id": None},
        {**rows[2], "id": "x" * 5000},
        {**rows[2], "id": True},
        "not a record",
    ]
    page = {
        "items": [*odd, *rows[2:]],
        "pageDetails": {"count": len(odd) + len(rows) - 2, "requestCount": 50, "nextPageUrl": None},
    }
    world.sandbox.faults([{"kind": "status", "status": 200, "body": page, "match": {"path": "/Companies/query$"}}])
    world.options |= {"streams": ["companies"]}
    outcome = await world.sync()
    assert outcome.exit_code == 0
    assert {i for (i,) in world.rows("SELECT external_id FROM companies")} == good
    reasons = world.rows("SELECT count(*) FROM quarantine")[0][0]
    assert reasons == 4
    assert (await world.sync(mode="reconcile")).exit_code == 0
    assert {i for (i,) in world.rows("SELECT external_id FROM companies WHERE gone_at IS NULL")} == good


@pytest.mark.slow
async def test_a_hostile_desk_comes_in_whole_and_no_log_tells_anything(world_with, caplog):
    with world_with(hostile=True) as world, caplog.at_level(logging.DEBUG):
        world.options |= {"history_requests": 10, "page_size": 20}
        script(world, {"kind": "truncate", "nth": 2}, {"kind": "html", "status": 503, "nth": 4})
        assert (await world.sync()).exit_code == 0
        assert world.differences() == {}
        world.sandbox.advance(hours=2)
        script(world, {"kind": "status", "status": 500, "times": None, "body": leaky(world)})
        outcome = await world.sync()
        assert outcome.exit_code == 3
        script(world, {"kind": "expired_token", "times": None})
        refused = await world.sync()
        assert isinstance(refused.error.code, str)
        assert refused.exit_code == AuthenticationError.exit_code
        told = caplog.text + repr(outcome) + repr(refused) + str(world.rows("SELECT * FROM runs"))
        told += str(world.rows("SELECT blocked_reason FROM sources"))
        told += "".join(str(vars(record)) for record in caplog.records)
        assert [word for word in private_words(world) if word in told] == []
        assert "tickets" in told


def leaky(world):
    """An error page that quotes the credentials it was sent, as real ones do."""
    options = world.sandbox.options
    return {"errors": [f"Unexpected failure for {options.secret} with {options.integration_code}"]}


def private_words(world):
    words = world.secrets
    for entity, fields in (
        ("Tickets", ("title", "description")),
        ("TicketNotes", ("title", "description")),
        ("Contacts", ("lastName", "emailAddress")),
        ("Companies", ("companyName",)),
    ):
        for row in world.sandbox.store.select(entity):
            words |= {str(row[name])[:40] for name in fields if row.get(name) and len(str(row[name]).strip()) > 10}
    # What the product and the vendor's interface say themselves proves nothing.
    return words - {"Workflow Rule"}
