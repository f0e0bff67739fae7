"""An open page is told what changes on it, and whether that is still so."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from time import monotonic

import pytest
from starlette.routing import Route

from servicedesk_core.domain import Ticket
from servicedesk_core.errors import StoreBusyError
from servicedesk_core.faces.html import render
from servicedesk_core.store import changes
from servicedesk_core.web.console.live import telling
from servicedesk_core.web.console.live.asking import LIVE
from servicedesk_core.web.console.live.cutting import pieces
from tests import stored

pytestmark = pytest.mark.slow


def shown(**parts):
    return pieces(render("tests.web.console.live/board.html", parts=parts))


async def test_only_what_changed_is_told_as_the_page_shows_it(site):
    async with site.stream() as stream:
        await site.act(attention="T1 <b>burns</b>")
        name, html = await stream.block()
        assert name == "attention"
        assert html == shown(attention="T1 <b>burns</b>")["attention"].html
        assert "&lt;b&gt;" in html
        await site.act(team="one ill")
        assert (await stream.block())[0] == "team"
    assert stream.fields["content-type"].startswith("text/event-stream")
    assert stream.fields["x-accel-buffering"] == "no"
    assert {event for event, _ in filter(None, stream.rest())} <= {"state"}


async def test_nothing_is_told_when_nothing_changed(site):
    async with site.stream() as stream:
        for _ in range(3):
            await site.asked.get()
            await site.act()
    assert {event for event, _ in filter(None, stream.rest())} == {"state"}


async def test_the_page_is_asked_as_the_browser_asks_but_nobody_looks_anew(site):
    async with site.stream(page="/board?client=A%26B&client=C") as stream:
        await site.act(team="gone")
        await stream.block()
    asked = site.asked.get_nowait()
    assert asked.query_params.getlist("client") == ["A&B", "C"]
    assert LIVE in asked.scope
    assert asked.headers["accept"] == "text/html"
    assert (asked.headers["cookie"], asked.headers["host"]) == ("who=ana", "localhost")


async def test_a_page_far_behind_gets_its_parts_anew_at_once(site):
    def many(tx):
        stored.put(tx, [Ticket(external_id=str(n), title="Printer") for n in range(600)], now=site.store.clock.now())

    have = site.have()
    site.parts["team"] = "all came and went"
    await site.store.write(many)
    await site.store.write(lambda tx: changes.prune(tx, site.store.clock.now() + timedelta(days=9)))
    async with site.stream(have=have) as stream:
        assert (await stream.block())[0] == "team"
    assert {event for event, _ in filter(None, stream.rest())} <= {"state"}


async def test_other_parts_than_the_page_has_are_said_once(site):
    async with site.stream() as stream:
        await site.act(warranty="new")
        assert await stream.next("parts") == "This page has other parts now."
        await site.act(team="one ill")
        assert (await stream.block())[0] == "team"
    assert "parts" not in {event for event, _ in filter(None, stream.rest())}


async def test_how_long_ago_something_was_is_no_change():
    parts = [shown(team=f"{words} ago")["team"].version for words in ("1 min", "2 min")]
    assert parts[0] != parts[1]
    versions = [
        render("tests.web.console.live/times.html", words=words, at=at)
        for words, at in (("1 min", "09:00Z"), ("2 min", "09:00Z"), ("1 min", "09:05Z"))
    ]
    assert versions[0] == versions[1] != versions[2]


async def test_a_hundred_at_once_and_the_next_is_told_why_not(site):
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(site.stream()) for _ in range(100)]
        for stream in streams:
            assert await stream.next("state") == "live"
        async with site.stream() as further:
            assert await further.next() == ("state", "Too many pages are open: close one.")
            assert await further.next() is None
        await site.act(attention="T1 burns")
        assert {await stream.block() for stream in streams} == {
            ("attention", shown(attention="T1 burns")["attention"].html)
        }
    assert len(site.streams) == 0
    async with site.stream() as stream:
        assert await stream.next() == ("state", "live")


async def test_nobody_takes_the_places_of_all(site):
    site.build(of_one=2, whose=lambda request: request.query_params["page"])
    async with site.stream(page="/board?a"), site.stream(page="/board?a"), site.stream(page="/board?b") as other:
        assert await other.next() == ("state", "live")
        async with site.stream(page="/board?a") as third:
            assert await third.next() == ("state", "Too many pages are open: close one.")
            assert await third.next() is None
    async with site.stream(page="/board?a") as again:
        assert await again.next() == ("state", "live")


async def test_one_page_is_asked_at_a_time(site, monkeypatch):
    monkeypatch.setattr(telling, "_PATIENCE_S", 60)
    at_once = most = 0

    async def pause():
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        at_once -= 1

    site.pause = pause
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(site.stream()) for _ in range(5)]
        await site.act(team="gone")
        for stream in streams:
            await stream.block()
    assert most == 1


async def test_a_slow_page_holds_up_no_other_and_is_asked_seldom(site, monkeypatch):
    monkeypatch.setattr(telling, "_PATIENCE_S", 0.01)
    goes, asked_s = asyncio.Event(), []

    async def slow(request):
        asked_s.append(monotonic())
        await goes.wait()
        return await site.board(request)

    site.app.routes.insert(0, Route("/slow", slow))
    async with site.stream(page="/slow") as waiting, site.stream() as other:
        await site.act(team="one ill")
        assert (await other.block())[0] == "team"
        took_s = monotonic() - asked_s[0]
        goes.set()
        assert (await waiting.block())[0] == "team"
        await site.act(team="all here")
        assert (await waiting.block())[0] == "team"
    assert len(asked_s) == 2
    assert asked_s[1] - asked_s[0] > 9 * took_s


async def test_signs_of_life_come_again_and_again(site):
    site.build(beat_s=0.01)
    async with site.stream() as stream:
        assert [await stream.next() for _ in range(3)] == [("state", "live")] * 3


async def test_a_page_is_asked_again_though_nothing_moved_because_time_does(site):
    site.build(anew_s=0.01)
    async with site.stream() as stream:
        site.parts["attention"] = "T1 is due"
        assert (await stream.block())[0] == "attention"


async def test_who_is_signed_out_is_told_nothing_more(site):
    async with site.stream() as stream:
        assert await stream.next() == ("state", "live")
        site.cookie = "nobody"
        await site.act(attention="secret")
        assert await stream.next("end") == "You are signed out, or may not see this page any more."
        assert await stream.next() is None
    assert len(site.streams) == 0


@pytest.mark.parametrize(
    ("page", "status", "cookie", "why"),
    [
        ("/board", 200, "eve", "You are signed out"),
        ("/board", 403, "ana", "You are signed out, or may not see"),
        ("/board", 404, "ana", "You are signed out, or may not see"),
        ("/nowhere", 200, "ana", "You are signed out, or may not see"),
        ("/live?page=/board", 200, "ana", "Nothing on this page is live."),
        ("/%6cive?page=/board", 200, "ana", "Nothing on this page is live."),
        ("/other/live?page=/board", 200, "nobody", "Nothing on this page is live."),
        ("//elsewhere.example.com/board", 200, "ana", "This is no page"),
        ("https://elsewhere.example.com/board", 200, "ana", "This is no page"),
        ("", 200, "ana", "This is no page"),
        ("/plain", 200, "ana", "Nothing on this page is live."),
    ],
)
async def test_what_is_no_use_ends(site, page, status, cookie, why):
    site.status = status
    async with site.stream(page=page, cookie=cookie) as stream:
        assert (await stream.next("end")).startswith(why)
        assert await stream.next() is None


async def test_a_locked_store_is_said_and_so_is_that_it_answers_again(site, monkeypatch):
    async def busy(_):
        raise StoreBusyError("The store is locked by another process.", hint="Wait.")

    site.build(beat_s=0.01)
    async with site.stream() as stream:
        assert await stream.next() == ("state", "live")
        read = site.store.read
        monkeypatch.setattr(site.store, "read", busy)
        while await stream.next("state") == "live":
            pass
        monkeypatch.setattr(site.store, "read", read)
        while await stream.next("state") != "live":
            pass
        await site.act(team="back")
        assert (await stream.block())[0] == "team"


async def test_a_page_that_fails_is_said_and_asked_again(site):
    site.build(beat_s=0.01)
    async with site.stream() as stream:
        assert await stream.next() == ("state", "live")
        site.status = 503
        await site.act(team="lost")
        while (state := await stream.next("state")) == "live":
            pass
        assert state == "The desk does not answer."
        site.status = 200
        assert (await stream.block())[0] == "team"
        assert await stream.next() == ("state", "live")


async def test_a_server_that_ends_ends_all_of_them(site):
    async with site.stream() as one, site.stream() as other:
        for stream in (one, other):
            assert await stream.next() == ("state", "live")
        site.streams.close()
        for stream in (one, other):
            assert await stream.next() == ("state", "The console is being started anew.")
            assert await stream.next() is None
    assert len(site.streams) == 0


async def test_nothing_is_left_of_clients_that_vanish(site):
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(site.stream()) for _ in range(20)]
        for stream in streams:
            await stream.next()
        await site.act(team="gone")
    left = asyncio.all_tasks() - before
    if left:  # the reader, which was told to end
        await asyncio.wait(left)
    assert asyncio.all_tasks() == before
    assert len(site.streams) == 0
