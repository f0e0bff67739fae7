"""Answers are remembered while they hold, for nobody who might be told another one."""

import asyncio
import threading
from typing import Any

import pytest

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain import Ticket
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.faces import Namespace, query
from servicedesk_core.features.tickets.queries import TicketQueries
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import audit
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.web.console.cache import answers as module
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live.reader import Reader
from tests import stored
from tests.web.conftest import NOW


class Counting(Namespace[Any]):
    """Counts how often it is asked."""

    asked = 0
    order: tuple[Any, ...] = ()
    going = threading.Event()
    error: Exception | None = None

    @query("counting.tickets", about="How many tickets there are.")
    def tickets(self, tx: Any, more: Any = None, *, scope: Scope | None = None) -> int:
        Counting.asked += 1
        Counting.order += (more,)
        Counting.going.wait(10)
        if Counting.error is not None:
            raise Counting.error
        return tx.exec_driver_sql("SELECT COUNT(*) FROM tickets").scalar_one()

    @query("counting.mine", about="Who asks.", unscoped="whoever asks")
    def mine(self, tx: Any) -> str:
        return self.desk.actor.name

    @query("counting.through", about="Through another feature.", unscoped="whoever asks")
    def through(self, tx: Any) -> str:
        return self.desk.tickets.desk.actor.name


@pytest.fixture(autouse=True)
def counting():
    Counting.asked, Counting.order, Counting.error = 0, (), None
    Counting.going.set()


@pytest.fixture
def reader(desk):
    return Reader(desk.store, every_s=0.01)


@pytest.fixture
def answers(reader):
    return Answers(reader)


def acting(desk, person, **only):
    return desk.acting_as(Actor(f"user:{person}", Way.CONSOLE), **only)


async def act(desk, actor="user:ana via console"):
    await desk.store.write(lambda tx: audit.append(tx, at=NOW, actor=actor, action="x.y", entity="ticket:1"))


async def sync(desk, number):
    await desk.store.write(lambda tx: stored.put(tx, [Ticket(external_id=str(number), title="New")], now=NOW))


async def until(is_so):
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110  # a thread counts
            await asyncio.sleep(0.01)


async def test_what_holds_is_told_again_and_asked_once(desk, answers):
    first, *others = await asyncio.gather(*(answers.call(desk, Counting.tickets) for _ in range(5)))
    assert first.value == 7
    assert all(other is first for other in others)
    assert await answers.call(desk, Counting.tickets) is first
    assert Counting.asked == 1


@pytest.mark.parametrize(
    ("given", "times"), [pytest.param((1, 2, 1), 2, id="compared"), pytest.param(([], []), 2, id="incomparable")]
)
async def test_another_question_is_another_answer(desk, answers, given, times):
    for one in given:
        assert (await answers.call(desk, Counting.tickets, one)).value == 7
    assert Counting.asked == times


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        ("user:ana via console", 8),
        ("user:ben via cli by user:ana", 8),
        ("user:ben via console", 7),
        ("user:anabel via console", 7),
        ("system:jobs via job", 7),
    ],
)
async def test_what_somebody_did_shows_to_them_at_once(desk, answers, actor, seen):
    await answers.call(desk, Counting.tickets)
    await sync(desk, 8)
    await act(desk, actor)
    assert (await answers.call(desk, Counting.tickets)).value == seen


async def test_who_asks_after_an_act_is_not_told_what_was_asked_before_it(desk, answers):
    Counting.going.clear()
    before = asyncio.create_task(answers.call(desk, Counting.tickets))
    await until(lambda: Counting.asked == 1)
    await act(desk)
    after = asyncio.create_task(answers.call(desk, Counting.tickets))
    Counting.going.set()
    assert (await before).state.acts < (await after).state.acts
    assert Counting.asked == 2


async def test_nobody_waits_for_what_a_sync_brought(desk, answers):
    first = await answers.call(desk, Counting.tickets)
    await sync(desk, 8)
    assert await answers.call(desk, Counting.tickets) is first


async def test_an_answer_that_has_just_been_made_is_not_taken_for_one_that_is_being_made(desk, answers, monkeypatch):
    monkeypatch.setattr(Answers, "_end", lambda *_: None)  # the loop has not come to it
    await answers.call(desk, Counting.tickets)
    await act(desk)
    await answers.call(desk, Counting.tickets)
    assert Counting.asked == 2


async def test_what_a_sync_brought_comes_by_itself(desk, answers, monkeypatch):
    monkeypatch.setattr(module, "BEHIND_S", 1e9)
    async with answers.kept_current():
        first = await answers.call(desk, Counting.tickets)
        await sync(desk, 8)
        async with asyncio.timeout(20):
            while (found := await answers.call(desk, Counting.tickets)) is first:  # noqa: ASYNC110  # it is made anew
                await asyncio.sleep(0.01)
    assert found.value == 8
    assert found.state.changes > first.state.changes


async def test_what_somebody_looked_at_meanwhile_is_made_anew_before_the_rest(desk, answers, monkeypatch):
    monkeypatch.setattr(module, "BEHIND_S", 1e9)
    for number in (1, 2, 3):
        await answers.call(desk, Counting.tickets, number)
    Counting.going.clear()
    async with answers.kept_current():
        await sync(desk, 8)
        await until(lambda: Counting.asked == 4)
        await answers.call(desk, Counting.tickets, 1)
        Counting.going.set()
        await until(lambda: Counting.asked == 6)
    assert Counting.order[3:] == (3, 1, 2)


async def test_nobody_is_told_what_is_too_far_behind(desk, answers, monkeypatch):
    monkeypatch.setattr(module, "BEHIND_S", 0.0)
    monkeypatch.setattr(module, "_REST", -2)  # however long it took
    await answers.call(desk, Counting.tickets)
    await sync(desk, 8)
    assert (await answers.call(desk, Counting.tickets)).value == 8


async def test_time_alone_makes_an_answer_old(desk, clock, answers):
    first = await answers.call(desk, Counting.tickets)
    clock.advance(600)
    again = await answers.call(desk, Counting.tickets)
    assert again is not first
    assert again.at == clock.now()


@pytest.mark.parametrize("asked", [Counting.mine, Counting.through])
async def test_what_goes_by_who_asks_is_told_to_nobody_else(desk, answers, asked):
    for person in ("ana", "ada", "ana"):
        told = await answers.call(acting(desk, person), asked)
        assert told.value == f"user:{person}"


async def test_people_of_the_same_rights_share_what_does_not_go_by_them(desk, answers):
    first = await answers.call(acting(desk, "ana"), Counting.tickets)
    twin = desk.acting_as(Actor("user:ana", Way.SDK))
    assert await answers.call(twin, Counting.tickets) is first


async def test_no_client_is_told_what_the_desk_was_told(desk, answers):
    whole = await answers.call(acting(desk, "ana"), TicketQueries.list)
    own = await answers.call(acting(desk, "eve"), TicketQueries.list)
    assert {one.company_ref for one in whole.value.items} == {"1", "2"}
    assert {one.company_ref for one in own.value.items} == {"1"}


async def test_less_rights_are_another_answer(desk, answers):
    await answers.call(acting(desk, "ana"), Counting.tickets)
    with pytest.raises(NotPermittedError):
        await answers.call(acting(desk, "ana", only=frozenset({Capability.ACT_AS})), Counting.tickets)


async def test_an_error_is_told_and_not_remembered(desk, answers):
    Counting.error = ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        await answers.call(desk, Counting.tickets)
    Counting.error = None
    assert (await answers.call(desk, Counting.tickets)).value == 7


async def test_what_cannot_be_made_anew_is_forgotten(desk, answers):
    async with answers.kept_current():
        await answers.call(desk, Counting.tickets)
        Counting.error = ValueError("broken")
        await sync(desk, 8)
        await until(lambda: Counting.asked == 2)
        Counting.error = None
        assert (await answers.call(desk, Counting.tickets)).value == 8


async def test_memory_is_bounded(desk, answers, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    for number in range(3):
        await answers.call(desk, Counting.tickets, number)
    await answers.call(desk, Counting.tickets, 2)
    assert Counting.asked == 3
    await answers.call(desk, Counting.tickets, 0)
    assert Counting.asked == 4


async def test_what_nobody_asks_for_is_made_anew_no_more(desk, answers, monkeypatch):
    async with answers.kept_current():
        await answers.call(desk, Counting.tickets)
        (kept,) = answers._kept.values()
        asked_s = kept.asked_s
        await sync(desk, 8)
        await until(lambda: next(iter(answers._kept.values())) is not kept)
        (anew,) = answers._kept.values()
        assert (anew.answer.value, anew.asked_s) == (8, asked_s)
        monkeypatch.setattr(module, "WANTED_S", 0.0)
        assert not anew.is_due
