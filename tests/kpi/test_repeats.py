"""Repeat service that somebody confirms or rejects: kept, put on record, and counted so from then on."""

import asyncio
import threading

import pytest
from sqlalchemy import text

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.domain import Site
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.kpi.tables.decisions import Decision, decide, decisions
from servicedesk_core.store import Store, audit, sources
from tests.kpi.conftest import _ticket, fill
from tests.kpi.given import at
from tests.stored import ON_POSTGRESQL

ROWS = (
    Site(external_id="s", name="Mill"),
    _ticket("10", at(3, 2), at(3, 3), asset_ref="printer", issue="paper"),
    _ticket("11", at(3, 9), at(3, 10), asset_ref="printer", issue="paper", company_ref="2"),
    _ticket("12", at(3, 12), at(3, 13), site_ref="s", issue="mail", title="Shared calendar cannot be opened"),
    _ticket("13", at(3, 20), site_ref="s", issue="mail", title="Cannot open: shared calendar opened by Eva"),
)


async def test_what_somebody_says_of_a_pair_is_kept_and_the_figures_follow(desk):
    await desk.store.write(lambda tx: fill(tx, ROWS))
    ana = desk.acting_as(Actor("user:ana", Way.CLI))

    async def told(**more):
        return [
            (one.ticket, one.follow_up, str(one.standing)) for one in await desk.kpi.repeats(period="2026-03", **more)
        ]

    async def counted():
        [figure] = await desk.kpi.show("K12", period="2026-03")
        return figure.numerator

    assert await told() == [("N12", "N13", "candidate"), ("N10", "N11", "counted"), ("N6", "N6", "counted")]
    assert await counted() == 2
    done = await ana.kpi.confirm_repeat("N12", "N13", reason="the same calendar")
    assert (done.ticket, done.follow_up, done.is_repeat) == ("N12", "N13", True)
    await ana.kpi.reject_repeat("N10", "N11", reason="another printer")
    await ana.kpi.reject_repeat("N6", "N6", reason="the client had one more question")
    assert await told() == [("N12", "N13", "confirmed"), ("N10", "N11", "rejected"), ("N6", "N6", "rejected")]
    assert await counted() == 1
    await ana.kpi.confirm_repeat("N10", "N11", reason="it was the same after all")
    assert await told(standing="confirmed") == [("N10", "N11", "confirmed"), ("N12", "N13", "confirmed")]
    assert await counted() == 2
    rules = {one.group: one.numerator for one in await desk.kpi.show("K12", period="2026-03", by="rule")}
    assert rules == {"none": 0, "same device and issue": 1, "somebody said so": 1}

    records = [(one.actor, one.action, one.reason) for one in await desk.audit.list(entity="ticket:psa/10")]
    assert records[0] == ("user:ana via cli", "kpi.repeat_confirmed", "it was the same after all")
    assert len(records) == 2
    row = next(iter(await desk.kpi.repeats(period="2026-03", standing="confirmed")))
    assert (row.author, row.reason, row.rule) == (
        "user:ana via cli", "it was the same after all", "same device and issue"
    )  # fmt: skip

    for refused, kind in (
        (ana.kpi.confirm_repeat("N11", "N10", reason="x"), SettingsError),
        (ana.kpi.confirm_repeat("N10", "N11", reason=" "), SettingsError),
        (ana.kpi.confirm_repeat("N10", "N99", reason="x"), NotFoundLocallyError),
        (ana.kpi.confirm_repeat("N10", "N11", reason="x", scope=Scope("psa", companies="1")), NotFoundLocallyError),
    ):
        with pytest.raises(kind):
            await refused


async def test_what_our_people_said_of_a_client_is_for_our_people(desk):
    await desk.store.write(lambda tx: fill(tx, ROWS))
    await desk.acting_as(Actor("user:ana", Way.CLI)).kpi.reject_repeat("N12", "N13", reason="they broke it again")
    people = {"kim": {"roles": ["client-contact"], "companies": ["1"]}, "tim": {"roles": ["technician"]}}
    settings = {"connections": {"psa": {"connector": "tabular"}}, "people": people}
    async with ServiceDesk(settings, store=desk.store, clock=desk.clock) as other:
        kim, tim = (other.acting_as(Actor(f"user:{name}", Way.SDK)) for name in people)
        [theirs] = await kim.kpi.repeats(period="2026-03", standing="rejected")
        assert (theirs.ticket, theirs.author, theirs.reason) == ("N12", None, None)
        [ours] = await tim.kpi.repeats(period="2026-03", standing="rejected")
        assert (ours.author, ours.reason) == ("user:ana via cli", "they broke it again")


@pytest.mark.parametrize("store_url", [ON_POSTGRESQL], indirect=True)
async def test_of_two_who_say_at_once_what_a_ticket_follows_the_last_one_holds(desk):
    await desk.store.write(lambda tx: fill(tx, ROWS))
    begun, now = threading.Event(), desk.clock.now()
    waits = text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

    def confirm(tx):
        audit.take_turn(tx)
        begun.set()
        while tx.execute(waits).first() is None:
            pass
        decide(tx, sources.id_of(tx, "psa"), "10", "11", Decision(True, now, "user:ben", "the same printer"))

    with Store.open(desk.store.url.render_as_string(hide_password=False), clock=desk.clock) as other:
        confirming = asyncio.create_task(other.write(confirm))
        await asyncio.to_thread(begun.wait)
        await desk.kpi.confirm_repeat("N1", "N11", reason="the same contact")
        await confirming
    said = await desk.store.read(decisions)
    assert [(first, later) for first, later in said] == [(("psa", "1"), ("psa", "11"))]
