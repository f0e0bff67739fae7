"""The open tickets in memory: what is counted from them is what is counted from the store, whatever happens there."""

import random
import sqlite3
from contextlib import closing, suppress
from datetime import date, timedelta

import pytest

from servicedesk_core import Scope, ServiceDesk
from servicedesk_core.domain import (
    Appointment,
    Company,
    EventSource,
    EventType,
    Note,
    Queue,
    QueueKind,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TimeEntry,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.attention import NextActor, Reason
from servicedesk_core.features.report import lend
from servicedesk_core.features.report.board import board as boards
from servicedesk_core.features.report.board.bitmaps import Among, Bitmaps, members, set_of
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.features.tickets.tables import snoozing
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import changes
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.attention.conftest import NOW

pytestmark = pytest.mark.slow  # many desks with much in them

RULES = """
[calendars.office]
zone = "Europe/Berlin"
hours = {{ mon-fri = "08:00-18:00" }}
[sla]
calendar = "office"
[[sla.policies]]
name = "standard"
targets.P1 = {{ triage = "15 min", engagement = "1 h", completion = "4 h" }}
otherwise = {{ triage = "1 h", engagement = "{hours} h", completion = "12 h" }}
"""
GOALS = '[goals.own]\npull = {pull}\ngoals = {{ K20 = "<= 1" }}\n'
ASKED = (
    {},
    {"chosen": TicketChoice(queue=("q1",))},
    {"chosen": TicketChoice(queue=("",), priority=("P1", "P2"))},
    {"chosen": TicketChoice(company=("Globex",))},
    {"chosen": TicketChoice(assignee=("Ana",))},
    {"chosen": TicketChoice(assignee=("",))},
    {"scope": Scope("psa", companies=["c1"])},
    {"scope": Scope("psa", queues=["q2"]), "chosen": TicketChoice(assignee=("Ana",))},
)
OPEN = [None, *(one for one in StatusCategory if one.is_open)]
DONE = [StatusCategory.RESOLVED, StatusCategory.CLOSED]


def settings(url):
    return {
        "desk": {"name": "Example", "timezone": "Europe/Berlin", "store": url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": {
            "ana": {"roles": ["service-manager", "admin"]},
            "ben": {"roles": ["client-contact"], "companies": ["c1"]},
        },
    }


class Desk:
    """A desk at random: two processes on one store, of which one holds the open tickets in memory."""

    def __init__(self, seed, plain, holding, clock, folder):
        self.draw, self.plain, self.holding, self.clock, self.folder = (
            random.Random(seed),
            plain,
            holding,
            clock,
            folder,
        )
        self.number = 0
        self.tickets = {}
        self.boards = lend(holding.store)

    def near(self, hours=30.0):
        return self.clock.now() - timedelta(minutes=self.draw.randint(0, int(hours * 60)))

    def ahead(self, hours=30.0):
        return self.clock.now() + timedelta(minutes=self.draw.randint(-600, int(hours * 60)))

    def maybe(self, value):
        return value if self.draw.random() < 0.5 else None

    def name(self):
        self.number += 1
        return f"x{self.number}"

    def ticket(self, ref):
        draw = self.draw
        category = draw.choice(DONE) if draw.random() < 0.2 else draw.choice(OPEN)
        is_done = category in DONE
        before = self.tickets.get(ref)
        return Ticket(
            external_id=ref,
            number=f"T{ref}",
            title=f"Ticket {ref}",
            status="Word",
            status_category=category,
            priority=draw.choice([None, "P1", "P2", "P3"]),
            company_ref=draw.choice(["c1", "c2", None]),
            queue_ref=draw.choice(["q1", "q2", "noc", None]),
            assignee_ref=draw.choice(["ana", "ben", "cho", None]),
            created_at=before.created_at if before else self.near(90),
            last_activity_at=self.near(70),
            due_at=self.maybe(self.ahead()),
            estimated_s=self.maybe(3_600),
            resolved_at=self.near(3) if is_done else None,
        )

    def events(self, before, after):
        """Tell how a ticket came to be another one."""
        names = ("status_category", "priority", "assignee_ref", "queue_ref")
        told = {name: (getattr(before, name, None), getattr(after, name)) for name in names}
        kinds = dict(zip(names, ("status_changed", "priority_changed", "assigned", "queue_changed"), strict=True))
        at = after.created_at if before is None else max(self.near(2), after.created_at)
        if before is None:
            state = {name: value and str(value) for name, (_, value) in told.items()}
            return [self.event(after, EventType.CREATED, at, {}, state)]
        return [
            self.event(after, kinds[name], at, {name: old and str(old)}, {name: new and str(new)})
            for name, (old, new) in told.items()
            if old != new
        ]

    def event(self, ticket, kind, at, before, after):
        return TicketEvent(
            external_id=self.name(), ticket_ref=ticket.external_id, type=kind, source=EventSource.HISTORY,
            actor_type="technician", actor_ref="ana", effective_at=at, before=before, after=after,
        )  # fmt: skip

    def records(self):
        """Return something that happened."""
        kinds = [self.moved] * 4 + [self.note] * 2 + [self.time] * 2 + [self.visit, self.off, self.around]
        return self.draw.choice(kinds)(str(self.draw.randint(1, 25)))

    def moved(self, ref):
        before, after = self.tickets.get(ref), self.ticket(ref)
        self.tickets[ref] = after
        return [after, *self.events(before, after)]

    def note(self, ref):
        who, at = self.draw.choice(["customer", "technician"]), self.near(20)
        return [Note(external_id=self.name(), ticket_ref=ref, author_type=who, author_ref="ana", created_at=at)]

    def time(self, ref):
        at, long = self.near(20), timedelta(minutes=self.draw.randint(5, 200))
        return [
            TimeEntry(
                external_id=self.draw.choice([self.name(), "moved"]), ticket_ref=ref, start_at=at,
                end_at=self.maybe(at + long), technician_ref=self.draw.choice(["ana", "ben"]),
                worked_s=self.maybe(1_800), work_date=at.date(), created_at=at,
            )
        ]  # fmt: skip

    def visit(self, ref):
        start, long = self.ahead(20), timedelta(minutes=self.draw.randint(5, 200))
        return [
            Appointment(
                external_id=self.draw.choice(["v1", "v2", "v3"]), ticket_refs=(ref,), technician_refs=("ana",),
                company_ref=self.tickets[ref].company_ref if ref in self.tickets else None,
                start_at=start, end_at=self.maybe(start + long), created_at=self.near(20),
            )
        ]  # fmt: skip

    def off(self, _):
        day = (self.clock.now() + timedelta(days=self.draw.randint(-1, 2))).date()
        return [TimeOff(external_id=self.name(), technician_ref="ben", day=day, state=TimeOffState.APPROVED)]

    def around(self, _):
        name = self.draw.choice(["Globex", "Globex Two", "Initech"])
        cho = Technician(external_id="cho", name="Cho", is_active=self.draw.random() < 0.5)
        return [self.draw.choice([Company(external_id="c2", name=name), cho])]

    async def promised(self):
        """Promise the client of an open ticket to hear, or keep or withdraw what was promised."""
        made = [one.number for one in (await self.plain.contact.promises()).items]
        if made and self.draw.random() < 0.4:
            number = self.draw.choice(made)
            if self.draw.random() < 0.5:
                return await self.plain.contact.keep(number)
            with suppress(SettingsError):  # it is broken
                return await self.plain.contact.withdraw(number, reason="agreed anew")
        ref = self.draw.choice([ref for ref, one in self.tickets.items() if one.status_category not in DONE])
        at = self.clock.now() + timedelta(minutes=self.draw.choice([61, 300, 1_000, 3_000]))
        return await self.plain.tickets.promise(f"T{ref}", at)

    async def step(self):
        """Let something happen, or the time alone pass."""
        draw = self.draw.random()
        if draw < 0.25:
            minutes = self.draw.choice([0, 1, 7, 59, 60, 241, 1_500])
            self.clock.advance(timedelta(minutes=minutes).total_seconds())
            return f"{minutes} minutes"
        if draw < 0.4:
            await self.plain.sla.evaluate()
            return "judged"
        if draw < 0.5:
            until = self.ahead() if self.draw.random() < 0.8 else self.clock.now()
            ticket, at = self.draw.randint(1, 25), self.clock.now()
            await self.plain.store.write(
                lambda tx: snoozing.keep(tx, snoozing.Snooze(ticket, until, "later", "ana", at))
            )
            return f"{ticket} is put off until {until}"
        if draw < 0.55:
            return await self.promised()
        if draw < 0.6:
            rules = RULES.format(hours=self.draw.choice([2, 4])) + GOALS.format(
                pull=self.draw.choice(["true", "false"])
            )
            (self.folder / "rules.toml").write_text(rules)
            await self.plain.definitions.apply(reason="others", folder=self.folder)
            return "other rules"
        happened = [one for _ in range(self.draw.choice([1, 1, 3])) for one in self.records()]
        await self.plain.store.write(lambda tx: stored.put(tx, happened, now=self.clock.now()))
        return happened

    async def is_told_the_same(self, what, asks=ASKED):
        for asked in asks:
            told, held = [await one.desks.service(**asked) for one in (self.plain, self.holding)]
            differing = [
                (one.title, name)
                for one, other in zip(told.blocks, held.blocks, strict=True)
                for name in one.__slots__
                if getattr(one, name) != getattr(other, name)
            ]
            assert not differing, (str(what)[:500], asked)
            assert held == told
            lists = {"reason": self.draw.choice([None, *Reason]), "actor": self.draw.choice([None, *NextActor])}
            every = lists | {"everything": self.draw.random() < 0.5, "sort": self.draw.choice([None, "-next_at"])}
            for call in ("attention.list", "kpi.now"):
                feature, _, name = call.partition(".")
                given = asked | ({} if call == "kpi.now" else every)
                rows = [await getattr(getattr(one, feature), name)(**given) for one in (self.plain, self.holding)]
                assert rows[0] == rows[1], (str(what)[:500], call, given)
            if "chosen" not in asked:
                pages = [await one.report.morning(**asked) for one in (self.plain, self.holding)]
                differing = [name for name in pages[0].__slots__ if getattr(pages[0], name) != getattr(pages[1], name)]
                assert not differing, (str(what)[:500], asked)


AROUND = (
    Company(external_id="c1", name="Acme & Sons"),
    Company(external_id="c2", name="Globex"),
    Queue(external_id="q1", name="q1"),
    Queue(external_id="q2", name="q2", kind=QueueKind.TRIAGE),
    Queue(external_id="noc", name="NOC", kind=QueueKind.NOC),
    Technician(external_id="ana", name="Ana"),
    Technician(external_id="ben", name="Ben"),
    Technician(external_id="cho", name="Cho", is_active=False),
    TimeOff(external_id="o1", technician_ref="ben", day=date(2026, 3, 11), state=TimeOffState.APPROVED),
)


@pytest.fixture
async def begun(store_url, tmp_path):
    """Return what makes a desk of a seed, with its first tickets and rules."""
    clock, folder = FakeClock(NOW), tmp_path / "rules"
    folder.mkdir()
    actor = Actor("user:ana", Way.CLI)
    async with (
        ServiceDesk(settings(store_url), clock=clock, actor=actor) as plain,
        ServiceDesk(settings(store_url), clock=clock, actor=actor) as holding,
    ):

        async def begin(seed):
            desk = Desk(seed, plain, holding, clock, folder)
            (folder / "rules.toml").write_text(RULES.format(hours=4))
            for number in range(1, 21):
                desk.tickets[str(number)] = desk.ticket(str(number))
            first = (*AROUND, *desk.tickets.values())
            told = [one for ticket in desk.tickets.values() for one in desk.events(None, ticket)]
            await plain.store.write(lambda tx: stored.put(tx, first, now=clock.now()))
            await plain.store.write(lambda tx: stored.put(tx, told, now=clock.now()))
            await plain.definitions.apply(reason="the first rules", folder=folder)
            await plain.sla.evaluate()
            return desk

        yield begin


@pytest.mark.parametrize(
    ("seed", "steps"), [(0, 2), *(pytest.param(seed, 15, marks=pytest.mark.slow) for seed in range(1, 7))]
)
async def test_whatever_happens_pages_are_told_the_same_from_memory(begun, seed, steps):
    desk = await begun(seed)
    await desk.is_told_the_same("begun")
    assert desk.boards.whole.many
    assert desk.boards.part.many
    for _ in range(steps):
        what = await desk.step()
        await desk.is_told_the_same(what, (ASKED[0], *desk.draw.sample(ASKED[1:], 2)))


async def told(desk):
    """Return what both processes tell, and whether the one told it from memory."""
    plain, holding = [await one.desks.service() for one in (desk.plain, desk.holding)]
    assert holding == plain
    return plain


async def test_what_a_client_is_promised_counts_from_memory_too_and_so_does_that_it_was_kept_or_broken(begun):
    desk = await begun(2)
    ref = next(ref for ref, one in desk.tickets.items() if one.status_category not in DONE)
    await told(desk)
    made = await desk.plain.tickets.promise(f"T{ref}", desk.clock.now() + timedelta(hours=9))
    seen = [await told(desk)]
    for minutes in (301, 240):  # it is soon, it is broken
        desk.clock.advance(minutes * 60)
        seen.append(await told(desk))
    await desk.plain.contact.keep(made.number)
    seen.append(await told(desk))
    assert len({str(one.blocks) for one in seen}) == len(seen)


def emergency(desk):
    return Ticket(external_id="e", title="Down", priority="P1", created_at=desk.clock.now(), status_category="new")


@pytest.mark.parametrize("patience_s", [30.0, -1.0])
async def test_a_store_that_was_put_back_under_the_process_is_noticed(
    begun, store_url, tmp_path, monkeypatch, patience_s
):
    if not store_url.startswith("sqlite"):
        pytest.skip("PostgreSQL is put back as another database")
    monkeypatch.setattr(boards, "_PATIENCE_S", patience_s)
    desk = await begun(3)
    before = await told(desk)
    path = store_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as store, closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        store.backup(kept)
    await desk.plain.store.write(lambda tx: stored.put(tx, [emergency(desk)], now=desk.clock.now()))
    assert await told(desk) != before
    with closing(sqlite3.connect(path)) as store, closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        kept.backup(store)
    assert await told(desk) == before


async def test_what_the_feed_has_forgotten_is_read_anew(begun):
    desk = await begun(3)
    await told(desk)
    await desk.plain.store.write(lambda tx: stored.put(tx, [emergency(desk)], now=desk.clock.now()))
    desk.clock.advance(timedelta(days=40).total_seconds())
    await desk.plain.store.write(lambda tx: stored.put(tx, [Company(external_id="c9", name="New")], now=NOW))
    await desk.plain.store.write(lambda tx: changes.advance(tx, "sla", changes.head(tx), NOW))
    assert await desk.plain.store.write(lambda tx: changes.prune(tx, desk.clock.now()))
    await told(desk)


@pytest.mark.parametrize("most", [3, 200_000])
async def test_of_too_many_tickets_none_is_held(begun, monkeypatch, most):
    monkeypatch.setattr(boards, "MOST", most)
    desk = await begun(4)
    await told(desk)
    assert bool(desk.boards.whole.many) is (most > 3)


async def test_a_filter_that_names_nothing_is_refused_and_disturbs_nobody(begun):
    desk = await begun(5)
    await told(desk)
    many = desk.boards.whole.many
    with pytest.raises(NotFoundLocallyError):
        await desk.holding.desks.service(TicketChoice(connection="nowhere"))
    assert desk.boards.whole.many == many


async def test_who_is_not_told_who_is_away_is_not_told_it_from_memory(begun):
    desk = await begun(6)
    await told(desk)
    ben, plain = [one.acting_as(Actor("user:ben", Way.CONSOLE)) for one in (desk.holding, desk.plain)]
    assert await ben.desks.service() == await plain.desks.service()
    assert not desk.boards.part.many


def test_sets_of_tickets_are_what_was_put_into_them():
    draw = random.Random(7)
    for _ in range(50):
        places = {draw.randrange(5_000) for _ in range(draw.randrange(300))}
        of = set_of(places)
        assert [*members(of)] == sorted(places)
        assert of.bit_count() == len(places)
        among = Among(of)
        assert {one for one in range(5_100) if one in among} == places
    bits = Bitmaps()
    bits.put_many({"a": [1, 9], ("who", "ana"): [9]})
    bits.put(9, {"a", ("who", "ana")}, {"b"})
    assert [bits.of(name) for name in ("a", "b", "c")] == [2, 512, 0]
    assert [*bits.named("who")] == []
