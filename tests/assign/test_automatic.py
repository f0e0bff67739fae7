"""Giving tickets away without a person: what is certain, under a standing approval, and never what somebody has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_core.faces import Moot, Period
from servicedesk_core.features.assign.automatic import ACTS
from servicedesk_core.features.assign.jobs import give
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.standing import APPROVALS, StandingApproval
from servicedesk_core.people import JOBS
from servicedesk_core.store import outbox
from tests.assign.conftest import applied
from tests.assign.test_assigning import holders, kept

pytestmark = pytest.mark.slow
AUTO = """
[assignment.helpdesk]
queues = ["Helpdesk"]
mode = "auto"
skill = 80
[requirements.all]
skills = { firewall = 3 }
"""
ACT = ACTS[0]


@pytest.fixture
async def auto(desk, tmp_path):
    """All tickets are triaged, and Dana, whose skill is the closest, is far ahead of Ana."""
    await applied(desk, tmp_path, AUTO)
    sql = "UPDATE tickets SET status_category = 'triaged'"
    await desk.store.write(lambda tx: tx.exec_driver_sql(sql))
    return desk


async def grant(desk):
    said = {"per_run": 10, "per_hour": 10, "per_day": 10, "expires_at": desk.clock.now() + timedelta(days=30)}
    one = StandingApproval(name="routing", act=ACT.name, **said)
    version = Version(0, desk.clock.now(), "user:mia via cli", "granted", None)
    await desk.store.write(lambda tx: decide(tx, APPROVALS, one.name, one, version))


async def suggested(desk):
    now = desk.clock.now()
    return await desk.store.read(lambda tx: [*ACT.suggestions(tx, desk, now)])


async def test_without_a_standing_approval_nothing_is_written(auto):
    told = await give(auto.acting_as(JOBS), None)
    assert told.startswith("0 tickets given away")
    assert (await holders(auto), len(await auto.writes.list())) == ({}, 0)


async def test_what_is_certain_is_given_away_once_and_the_rest_is_left(auto):
    await auto.assign.give(("T1",), to="Ana Diaz")
    first = await suggested(auto)
    assert all(one.intent.values["assignee_ref"] == "t2" for one in first[:1])
    assert first[0].reasons[0].startswith("Dana Wolf has")
    await grant(auto)
    told = await give(auto.acting_as(JOBS), None)
    assert told.startswith(f"{len(first)} ticket")
    assert len(await holders(auto)) == 1 + len(first)
    assert len(await kept(auto)) == 1 + len(first)
    assert {one.intent.target for one in await suggested(auto)} & {one.intent.target for one in first} == set()


async def test_whose_rule_says_recommend_is_left_to_people(desk):
    assert await suggested(desk) == []
    assert await give(desk.acting_as(JOBS), None) == "nothing is to be given away without a person"


async def test_what_somebody_has_by_then_is_not_given_away(auto):
    await auto.assign.give(("T1",), to="Ana Diaz")
    now = auto.clock.now()
    (write,) = await auto.store.read(lambda tx: [outbox.get(tx, 1)])
    told = await auto.store.read(lambda tx: ACT.facts_now(tx, write, now))
    assert told == Moot("Ana Diaz has T1 by now.")


async def test_a_dry_run_tells_what_would_have_been_given_away(auto):
    await auto.assign.give(("T1",), to="Ana Diaz")
    period = Period(auto.clock.now() - timedelta(days=30), auto.clock.now() + timedelta(seconds=1))
    found = await auto.store.read(lambda tx: [*ACT.in_past(tx, auto, period)])
    assert [(one.intent.target, one.intent.values) for one in found] == [("1", {"assignee_ref": "t2"})]
    assert found[0].reasons[0].endswith("a person gave it to somebody else.")


async def test_what_a_person_proposed_is_left_to_them_and_whatever_was_sent_is_kept(auto, monkeypatch):
    (theirs,) = (await auto.assign.give(("T1",), to="Ana Diaz", send=False)).items
    await grant(auto)
    first = await suggested(auto)
    assert "1" not in [one.intent.target for one in first]
    write = await auto.store.read(lambda tx: outbox.get(tx, theirs.write))
    rival = replace(write, id=0)
    now = auto.clock.now()
    told = await auto.store.read(lambda tx: ACT.facts_now(tx, rival, now))
    assert told == Moot(f"Write {theirs.write} of {write.proposed_by} gives T1 away already.")
    jobs = auto.acting_as(JOBS)
    act = jobs.outbox.act

    async def then_somebody_proposes(*args, **named):
        done = await act(*args, **named)
        target = first[0].intent.target
        await auto.tickets.update(f"T{target}", assignee="Ana Diaz")
        return done

    monkeypatch.setattr(jobs.outbox, "act", then_somebody_proposes)
    assert (await give(jobs, None)).startswith(f"{len(first)} ticket")
    assert len(await kept(auto)) == 1 + len(first)
