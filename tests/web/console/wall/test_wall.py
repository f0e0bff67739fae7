"""Wall screens: one page, by a cookie of its own, without names, gone when it is over."""

from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from servicedesk_core.faces import Board, Query
from servicedesk_core.features.paging import open_page
from servicedesk_core.people import Actor, Way
from servicedesk_core.store.schema import pages
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.wall import COOKIE
from tests.web.console import every
from tests.web.console.filled import HIDDEN, fill, opened

pytestmark = pytest.mark.slow

ORIGIN = "http://localhost:9189"


def path_of(made):
    """Return a wall's link as the screens of these tests open it: they reach the console by another name."""
    return urlsplit(made.link).path


@pytest.fixture
async def desk(tmp_path, empty_store):
    async with opened(tmp_path, empty_store) as filled:
        await fill(filled, tmp_path)
        filled.features = (*filled.features, every.FEATURE)
        yield filled


@pytest.fixture
async def screen(desk):
    """Return a function that gives a screen, which keeps its cookies."""
    app = application(desk, desk.features, desk.settings.console)
    screens = []

    def made():
        one = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN.replace("http:", "https:"))
        screens.append(one)
        return one

    yield made
    for one in screens:
        await one.aclose()


async def test_a_link_becomes_a_cookie_and_stands_in_no_address(desk, screen):
    made, one = await desk.walls.new("desks.service", name="Hall"), screen()
    first = await one.get(path_of(made))
    assert (first.status_code, first.headers["location"]) == (303, "/wall")
    for flag in ("HttpOnly", "Secure", "Path=/wall", "SameSite=lax", "Max-Age=7776000"):
        assert flag in first.headers["set-cookie"], flag
    page = await one.get("/wall")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "<h1>Hall</h1>" in page.text
    assert '<meta http-equiv="refresh" content="60">' in page.text
    assert made.link.rpartition("/")[2] not in page.text
    assert (await one.get(path_of(made))).headers["location"] == "/wall"
    other = await screen().get(path_of(made))
    assert (other.status_code, "set-cookie" in other.headers) == (403, False)
    assert "opened on another screen already" in other.text


async def test_it_opens_nothing_else(desk, screen):
    one = screen()
    await one.get(path_of(await desk.walls.new("desks.service", names=True)))
    page = (await one.get("/wall")).text
    assert 'href="' not in page.partition("<main")[2]
    for path in ("/", "/desks/service", "/lists/tickets/list", "/me"):
        answer = await one.get(path, headers={"Cookie": f"{COOKIE}={one.cookies[COOKIE]}"})
        assert answer.headers["location"].startswith("/sign-in")


async def test_whoever_passes_reads_no_names_and_no_titles(desk, screen):
    """Of every page, beside what the same page shows to who may read it."""
    offers = (one for one in Addresses.of(desk.features).offers.values() if isinstance(one, Query))
    pages = [one for one in offers if one.result is Board and one.owner is not every.Every]
    hides = 0
    for page in pages:
        told = {}
        for names in (True, False):
            one = screen()
            await one.get(path_of(await desk.walls.new(page.name, names=names)))
            answer = await one.get("/wall")
            assert answer.status_code == 200, page.name
            told[names] = answer.text
        for secret in (
            f"{HIDDEN} Ltd",
            f"{HIDDEN} title",
            f"{HIDDEN}son",
            "Mailbox",
            "Printer",
            "漢字",
            "&lt;script&gt;",
        ):
            hides += secret in told[True]
            assert secret not in told[False], (page.name, secret)
    assert hides > 5
    assert "/desks/service" in map(address_of, pages)


@pytest.mark.parametrize("way", ["revoked", "expired", "rights"])
async def test_it_shows_nothing_when_it_is_over(desk, screen, monkeypatch, way):
    one = screen()
    await one.get(path_of(await desk.walls.new("desks.service")))
    if way == "revoked":
        await desk.walls.revoke(1)
    elif way == "expired":
        desk.clock.advance(90 * 86_400)
    else:
        people = {name: person for name, person in desk.roster.items() if name != "ana"}
        monkeypatch.setattr(type(desk), "people_in", lambda *_: people)
    answer = await one.get("/wall")
    assert answer.status_code == 403
    assert {"revoked": "took it off", "expired": "time is over", "rights": "rights of whoever"}[way] in answer.text
    assert "T2026" not in answer.text
    assert "refresh" not in answer.text


async def test_data_that_are_too_old_are_said_loudly(desk, screen):
    one = screen()
    await one.get(path_of(await desk.walls.new("desks.service")))
    desk.clock.advance(3 * 86_400)
    page = (await one.get("/wall")).text
    assert '<p class="clock stale"><b>Too old: </b>' in page


async def test_a_filter_of_clients_is_not_told(desk, screen):
    one = screen()
    given = (f"company={HIDDEN} Ltd", "about=printers")
    await one.get(path_of(await desk.walls.new("every.block", filter_=given)))
    page = (await one.get("/wall")).text
    assert HIDDEN not in page.replace(f"{HIDDEN}-", "")  # as its tickets are numbered
    assert "· printers</h1>" in page


@pytest.mark.parametrize(("given", "is_told"), [((), True), ((f"company={HIDDEN} Ltd",), False)])
async def test_a_screen_of_one_client_does_not_say_what_rings_for_another(desk, screen, given, is_told):
    def ring(tx):
        open_page(tx, "p1/1", "P1 T9 Mail of Bolt is down", "", desk.clock.now())
        tx.execute(update(pages).values(rung=100))

    await desk.store.write(ring)
    one = screen()
    await one.get(path_of(await desk.walls.new("every.block", names=True, filter_=given)))
    page = (await one.get("/wall")).text
    assert "Nobody has taken on page 1" in page
    assert ("Mail of Bolt" in page) is is_told


async def test_it_is_seen_when_a_screen_asked_last(desk, screen):
    one = screen()
    await one.get(path_of(await desk.walls.new("desks.service")))
    desk.clock.advance(600)
    await one.get("/wall")
    seen = (await desk.acting_as(Actor("user:ana", Way.CLI)).walls.list()).items[0]
    assert (seen.state, seen.seen_at) == ("shown", desk.clock.now())
