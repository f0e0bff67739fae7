"""Steps that change the ticket, on both databases: done under a standing approval, else proposed; each once."""

import asyncio

import pytest
from sqlalchemy import select

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.errors import DefinitionsError, StoreError
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.escalate import jobs
from servicedesk_core.features.escalate.automatic import ACTS, REASSIGN
from servicedesk_core.features.escalate.jobs import Acting
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.features.standing import ActMode, StandingApproval
from servicedesk_core.features.standing.kinds import MODES, ModeOfAct
from servicedesk_core.outbox.grants import Grants
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.sending import Sending
from servicedesk_core.store import records, sources
from servicedesk_core.store.holding import held
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import staff_messages
from servicedesk_core.testing import FakeClock
from tests.outbox.conftest import QUICK, settings_for
from tests.outbox.vendor import Vendor
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status
from tests.standing.conftest import grant

pytestmark = pytest.mark.slow  # over real HTTP, on both databases

PLAN = """
[technicians.ana]
technician = "t1"
[on_call.night]
primary = ["ana"]
[escalation_plans.std]
steps = [
  { at = "50 %", reassign = "on-call" },
  { at = "75 %", raise_to = "P1", notify = ["dora"] },
  { at = "100 %", reassign = "Dana Wolf" },
]
"""


class Escalated:
    """A desk over a vendor, with a ticket of P2 that Eve has."""

    def __init__(self, desk, vendor):
        self.desk, self.vendor = desk, vendor

    async def tell(self, *events, **fields):
        """Let something happen to the ticket, there and here."""
        if fields:
            self.vendor.put("tickets", "1", **fields)
        await self.desk.sync("psa", mode="full")

        def work(tx):
            rows = [Incoming(one, None, None, "1") for one in events]
            records.apply(tx, sources.get(tx, "psa").id, "ticket_events", rows, mode="incremental", now=self.now)

        await self.desk.store.write(work)

    @property
    def now(self):
        return self.desk.clock.now()

    async def sweep(self, when):
        self.desk.clock.advance((at(when) - self.now).total_seconds())
        await self.desk.sla.evaluate()
        [outcome] = await self.desk.run_jobs("escalation")
        assert outcome.outcome == "ok", outcome

    async def promise(self, steps, path, more=""):
        """Have a plan of other steps."""
        head, _, _ = PLAN.partition("steps = [")
        path.write_text(f"{BOOK}{head}steps = [{steps}]\n{more}\n")
        await self.desk.definitions.apply(reason="agreed", folder=path.parent)

    async def writes(self):
        found = reversed((await self.desk.writes.list(everything=True)).items)
        shown = [(await self.desk.writes.show(one.id)).write for one in found]
        return [(str(one.state), {each.field: each.after for each in one.changes}, one.decided_by) for one in shown]

    async def grant(self, act, **said):
        limits = {"per_run": 10, "per_hour": 10, "per_day": 10, "expires_at": at("03-20 09:00")} | said
        return await grant(self.desk, StandingApproval(name=act.name.replace(".", "-"), act=act.name, **limits))


@pytest.fixture
async def told(store_url, tmp_path, monkeypatch):
    vendor = Vendor()
    vendor.url = vendor.serve()
    vendor.put("technicians", "t1", name="Ana Diaz")
    vendor.put("technicians", "t2", name="Dana Wolf")
    vendor.put("technicians", "t3", name="Eve Lind")
    monkeypatch.setenv("PAGE_ANA", "json://127.0.0.1:9/x")
    people = {
        "ana": {"roles": ["technician"], "page": ["env:PAGE_ANA"]},
        "dora": {"roles": ["service-manager", "admin"], "page": ["env:PAGE_ANA"]},
    }
    settings = settings_for(vendor, store_url) | {"people": people}
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "said.toml").write_text(BOOK + PLAN)
    async with ServiceDesk(settings, clock=FakeClock(at("03-02 08:00")), actor=Actor("user:dora")) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        found = Escalated(desk, vendor)
        first = {"title": "Mail is down", "status": "New", "priority": "P2", "assignee_ref": "t3"}
        await found.tell(created("03-02 08:00", "P2"), **first)  # as the office opens: half of 8 hours is 12:00
        await desk.definitions.apply(reason="agreed", folder=folder)
        yield found
    vendor.close()


async def test_without_a_standing_approval_a_person_releases_what_a_step_asks_for(told):
    await told.sweep("03-02 12:00")
    await told.sweep("03-02 12:01")
    assert await told.writes() == [("proposed", {"assignee_ref": "t1"}, None)]
    assert told.vendor.commits == []
    await told.sweep("03-02 14:00")
    assert [values for _, values, _ in await told.writes()] == [{"assignee_ref": "t1"}, {"priority": "P1"}]
    said = [one for one in (await told.desk.paging.messages()).items if one.recipient == "dora"]
    assert len(said) == 1
    shown = (await told.desk.standing.suggestions(act=REASSIGN)).items
    assert [(one.reasons, one.covered) for one in shown] == [
        (("50 % of its completion, by the escalation plan std.",), f"No standing approval covers {REASSIGN}.")
    ]


async def test_under_a_standing_approval_it_is_done_once(told):
    for act in ACTS:
        await told.grant(act)
    await told.sweep("03-02 12:00")
    assert told.vendor.records["tickets"]["1"]["assignee_ref"] == "t1"
    await told.sweep("03-02 12:01")
    await told.sweep("03-02 14:00")
    assert told.vendor.records["tickets"]["1"]["priority"] == "P1"
    assert len(told.vendor.commits) == 2
    assert {by.partition(" v")[0] for _, _, by in await told.writes()} == {
        "rule escalate-reassign", "rule escalate-raise-priority",
    }  # fmt: skip
    rehearsed = (await told.desk.standing.suggestions(act=REASSIGN, last=at("03-02 14:00") - at("03-02 08:00"))).items
    assert [one.at for one in rehearsed] == [at("03-02 12:00")], "whoever grants sees what it would have done"


async def test_who_ends_before_it_acts_leaves_it_to_the_next(told, monkeypatch):
    async def killed(_desk):
        raise StoreError("killed", hint="")

    told.desk.clock.advance((at("03-02 12:00") - told.now).total_seconds())
    await told.desk.sla.evaluate()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "act", killed)
        [outcome] = await told.desk.run_jobs("escalation")
    assert (outcome.outcome, await told.writes()) == ("failed", [])
    await told.sweep("03-02 13:00")
    assert await told.writes() == [("proposed", {"assignee_ref": "t1"}, None)]


async def test_a_priority_that_is_raised_so_that_three_steps_are_past_changes_the_ticket_once(told):
    await told.grant(ACTS[0])
    await told.sweep("03-02 11:55")
    await told.tell(event("03-02 11:55", "priority_changed", priority="P1"), priority="P1")
    await told.sweep("03-02 12:00")
    assert told.vendor.records["tickets"]["1"]["assignee_ref"] == "t2", "only what the highest step asks for"
    taken = (await told.desk.escalate.list()).items
    assert {one.step for one in taken if one.outcome == "coalesced"} == {"50 %", "75 %"}
    assert len(told.vendor.commits) == 1


async def test_a_due_time_that_moves_after_a_step_fired_brings_it_no_second_time(told):
    await told.sweep("03-02 12:00")
    await told.tell(event("03-02 12:00", "priority_changed", priority="P3"), priority="P3")
    for when in ("03-02 14:00", "03-03 17:00"):
        await told.sweep(when)
    assert [values for _, values, _ in await told.writes()] == [{"assignee_ref": "t1"}]


async def test_a_step_that_asks_for_both_does_both_though_the_first_takes_time(told, tmp_path, monkeypatch):
    await told.promise('{ at = "50 %", reassign = "on-call", raise_to = "P1" }', tmp_path / "service" / "said.toml")
    for act in ACTS:
        await told.grant(act)
    send = Sending.send

    async def slowly(self, numbers):
        told.desk.clock.advance(1)
        return await send(self, numbers)

    monkeypatch.setattr(Sending, "send", slowly)
    told.vendor.stamp = 17 * 3_600  # the vendor's clock goes right: twelve in New York
    await told.sweep("03-02 12:00")
    ticket = told.vendor.records["tickets"]["1"]
    assert (ticket["assignee_ref"], ticket["priority"]) == ("t1", "P1")


async def test_what_the_client_is_to_hear_is_no_step_of_the_promise_in_a_rehearsal(told, tmp_path):
    steps = '{ at = "100 %", reassign = "Dana Wolf" }'
    await told.promise(steps, tmp_path / "service" / "said.toml", 'update_every = "30 min"')
    await told.tell(created_at=told.now.isoformat())
    await told.sweep("03-02 08:40")
    assert [(one.clock, one.step) for one in (await told.desk.escalate.list()).items] == [("update", "100 %")]
    last = at("03-02 08:40") - at("03-02 07:00")
    assert (await told.desk.standing.suggestions(act=REASSIGN, last=last)).items == ()


async def test_what_a_limit_kept_is_done_when_there_is_room_again(told, tmp_path):
    steps = '{ at = "50 %", reassign = "on-call" }, { at = "55 %", reassign = "Dana Wolf" }'
    await told.promise(steps, tmp_path / "service" / "said.toml")
    await told.grant(ACTS[0], per_hour=1)
    await told.sweep("03-02 12:00")
    told.desk.clock.advance(24 * 60)
    await told.desk.sla.evaluate()
    async with Acting(told.desk) as acting, held(told.desk.store, "escalation") as fence:
        fired = (await Sweep(told.desk, fence).once()).fired
        for seconds, many in ((0, fired), (59, 0), (35 * 60, 0), (60, 0)):
            told.desk.clock.advance(seconds)
            acting.go_on(many)
            await asyncio.gather(*(one for one in asyncio.all_tasks() if one.get_name() == "escalation:act"))
            if seconds == 0:
                assert len(told.vendor.commits) == 1, "the limit is reached"
    assert len(told.vendor.commits) == 2
    assert told.vendor.records["tickets"]["1"]["assignee_ref"] == "t2"


async def test_what_cannot_be_proposed_is_said_once(told, caplog):
    await told.sweep("03-02 12:00")
    told.desk.outbox.grants = Grants(told.desk.settings.model_copy(update={"connections": {}}))
    async with Acting(told.desk) as acting:
        for _ in range(2):
            acting.go_on(1)
            await asyncio.gather(*(one for one in asyncio.all_tasks() if one.get_name() == "escalation:act"))
    [said] = [one.getMessage() for one in caplog.records if one.name == "servicedesk.escalate"]
    assert said.endswith('cannot be proposed: T1 Mail is down: There is no connection "psa". Configured: none.')


@pytest.mark.parametrize(("mode", "is_said"), [(ActMode.AUTO, True), (ActMode.RECOMMEND, False), (ActMode.OFF, False)])
async def test_a_message_says_that_something_waits_only_where_it_is_proposed(told, mode, is_said):
    version = Version(0, told.now, "user:dora via cli", "as agreed", None)
    name = ACTS[1].name
    await told.desk.store.write(lambda tx: decide(tx, MODES, name, ModeOfAct(name=name, mode=mode), version))
    await told.sweep("03-02 14:00")
    query = select(staff_messages.c.text).where(staff_messages.c.recipient == "dora")
    text = await told.desk.store.read(lambda tx: tx.execute(query).scalar_one())
    assert ("it waits for you" in text) is is_said
    assert "It is to become P1." in text


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ((status("03-02 12:00", "closed"), {"status": "Complete"}), "it is done by now"),
        ((status("03-02 12:00", "waiting_customer"), {}), "its completion does not run any more"),
        ((event("03-02 12:00", "assigned", assignee_ref="t2"), {}), "somebody was given it since"),
    ],
)
async def test_what_is_over_while_it_is_queued_is_not_sent(told, happens, why):
    act = ACTS[0]
    await told.grant(act)
    told.vendor.down = True
    await told.sweep("03-02 12:00")
    told.vendor.down = False
    one, fields = happens
    await told.tell(one.model_copy(update={"effective_at": at("03-02 12:02")}), **fields)
    told.desk.clock.advance(300)
    await told.desk.sla.evaluate()
    await told.desk.outbox.run()
    assert told.vendor.commits == []
    [(state, _, _)] = await told.writes()
    [shown] = (await told.desk.writes.list(everything=True)).items
    assert state == "discarded"
    assert why in (await told.desk.writes.show(shown.id)).write.error


async def test_whom_a_plan_names_that_nobody_knows_is_said(told, tmp_path):
    path = tmp_path / "service" / "said.toml"
    path.write_text(BOOK + PLAN.replace("Dana Wolf", "Dana Wulf"))
    plan = await told.desk.definitions.plan(folder=path.parent)
    assert any('"Dana Wulf" is no technician' in one for one in plan.warnings)
    path.write_text(BOOK + PLAN.replace(', raise_to = "P1", notify = ["dora"]', ""))
    with pytest.raises(DefinitionsError, match="raise_to"):
        await told.desk.definitions.plan(folder=path.parent)
