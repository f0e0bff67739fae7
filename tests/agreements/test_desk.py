"""Agreements of a desk: which end, what speaks for more, those with vendors, and what alerts tell."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import Company, Ticket, TimeEntry
from servicedesk_core.errors import DefinitionsError, NotFoundLocallyError
from servicedesk_core.faces import Watch
from servicedesk_core.features.agreements.alerting import deadlines
from servicedesk_core.features.agreements.automatic import still, suggestions
from servicedesk_core.features.agreements.model import Speaks
from servicedesk_core.features.agreements.rules import State
from tests import stored
from tests.agreements.conftest import NOW

pytestmark = pytest.mark.slow


async def test_agreements_are_told_of_by_their_notice_deadline(desk):
    found = await desk.agreements.renewals()
    assert [(one.ref, one.deadline, one.state, one.reminder, one.followed_by) for one in found] == [
        ("k4", date(2026, 10, 21), State.ENDED, None, "New hours"),
        ("k1", date(2026, 12, 2), State.DUE, 30, None),
    ]
    assert found.items[1].client == "Acme"
    everything = await desk.agreements.renewals(everything=True)
    assert {one.ref: one.state for one in everything} == {
        "k1": State.DUE,
        "k2": State.RUNNING,
        "k3": State.RUNNING,
        "k4": State.ENDED,
        "k5": State.RUNNING,
    }
    [lines] = [one for one in everything if one.ref == "k3"]
    assert (lines.term_end, lines.renews) == (date(2028, 2, 29), True)
    further = await desk.agreements.renewals(within=timedelta(days=150), company="Bolt")
    assert [one.ref for one in further] == ["k2"]


async def test_who_sees_one_client_sees_its_agreements_only(desk):
    seen = await desk.agreements.renewals(everything=True, scope=Scope("psa", companies={"c2"}))
    assert {one.ref for one in seen} == {"k2", "k3"}
    with pytest.raises(NotFoundLocallyError, match="Acme"):
        await desk.agreements.renewals(company="Acme", scope=Scope("psa", companies={"c2"}))


async def test_what_speaks_for_more_is_said_with_what_shows_it(desk):
    def work(tx):
        at = datetime(2026, 11, 16, 9, tzinfo=UTC)
        stored.put(
            tx,
            [
                Ticket(external_id="1", company_ref="c1", queue_ref="q1", kind="incident", contract_ref="k1"),
                Ticket(external_id="2", company_ref="c1", queue_ref="q2", kind="service_request"),
                TimeEntry(external_id="e1", ticket_ref="1", worked_s=4 * 3600, start_at=at),
                TimeEntry(external_id="e2", ticket_ref="2", worked_s=6 * 3600, start_at=at, is_billable=True),
            ],
            now=NOW,
        )

    await desk.store.write(work)
    found = await desk.agreements.signals(company="Acme")
    said = {one.speaks: one.evidence for one in found}
    assert said == {
        Speaks.UNAGREED: "6 h in 90 days",
        Speaks.REACTIVE: "0.33 hours per device and month",
    }
    [_, renewal] = await desk.agreements.renewals()
    assert set(renewal.signals) == {
        "work under no agreement: 6 h in 90 days",
        "much reactive work: 0.33 hours per device and month",
    }
    assert not (await desk.agreements.signals(company="Bolt")).items
    of_queue = Scope("psa", companies={"c1"}, queues={"q1"})
    assert [one.speaks for one in await desk.agreements.signals(scope=of_queue)] == [Speaks.REACTIVE]


async def test_what_is_wanted_on_the_day_of_the_desk_is_wanted_when_it_is_sent(desk):
    night = datetime(2026, 12, 30, 23, 30, tzinfo=UTC)  # 31 December in Berlin: 90 days before the deadline of k2

    def look(tx):
        stored.put(tx, [Company(external_id="c2", name="Bolt", owner_ref="t1")], now=NOW)
        return [(one, still(tx, one.intent, night)) for one in suggestions(tx, desk, night)]

    [(one, facts)] = await desk.store.write(look)
    assert one.intent.aggregate == "agreements:k2:2027-04-30"
    assert facts == one.facts


async def test_agreements_with_vendors_end_too(desk):
    [mail, lease] = await desk.agreements.vendors()
    assert (lease.name, lease.deadline) == ("lease", date(2027, 2, 28))
    assert (mail.name, mail.client, mail.deadline, mail.state) == ("mail", "Acme", date(2026, 12, 1), State.DUE)
    both = {one.name: one for one in await desk.agreements.vendors(everything=True)}
    assert both.keys() == {"mail", "lease", "line"}, "what ended long ago is not told of"
    assert (both["line"].state, both["line"].term_end) == (State.RUNNING, date(2027, 12, 1))


async def test_the_last_reminder_is_an_alert_and_names_no_client(desk, folder, clock):
    def rule(tx):
        return list(deadlines(Watch(tx=tx, desk=desk, now=clock.now(), today=NOW.date(), told=frozenset())))

    found = await desk.store.read(rule)
    assert [one.key for one in found] == ["agreement:psa/k1:2027-01-31", "vendor_agreement:mail:2026-12-31"]
    text = (folder / "agreements.toml").read_text()
    (folder / "agreements.toml").write_text(text.replace("notice_days = 90", "notice_days = 60"))
    clock.advance(60)
    await desk.definitions.apply(reason="shorter notice", folder=folder)
    assert "agreement:psa/k3:2027-02-28" in [one.key for one in await desk.store.read(rule)]
    assert all("Acme" not in one.problem and "Care" not in one.problem for one in found)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[renewals]\nbefore_days = [30, 60]\n", "largest first"),
        ("[renewals]\nbefore_days = []\n", "before_days"),
        ("[renewals]\nmargin_goal_percent = 100\n", "margin_goal_percent"),
        ("[agreements.x]\nnotice_days = -1\n", "notice_days"),
        ("[agreements.x]\nnotice_days = 1\nnotice_months = 1\n", "in days or in months"),
        ("[vendor_agreements.x]\nvendor = 'X'\nends_on = 2026-12-31\nlink = 'papers'\n", "link"),
    ],
)
async def test_a_wrong_definition_is_refused_with_its_place(desk, folder, text, wrong):
    (folder / "agreements.toml").write_text(text)
    with pytest.raises(DefinitionsError, match=wrong):
        await desk.definitions.apply(reason="a slip", folder=folder)
