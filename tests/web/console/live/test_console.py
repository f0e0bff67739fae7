"""The console's own pages stay current, for the rights of whoever looks, and no longer than they may."""

import re
from contextlib import asynccontextmanager
from importlib.resources import files

import httpx
import pytest

from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.features import signins
from servicedesk_core.features.signins.tables import sign_ins_of
from servicedesk_core.people import Actor, Way
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.live import keys, streams
from servicedesk_core.web.console.live.cutting import pieces
from servicedesk_core.web.console.live.reader import Reader
from tests import stored
from tests.web.console.live.streaming import opened

pytestmark = pytest.mark.slow

LIST = "/lists/tickets/list?status=new"
SIGNED_OUT = "You are signed out, or may not see this page any more."


class Sight:
    """Somebody who has pages open."""

    def __init__(self, app, cookie):
        self.app = app
        self.cookie = f"__Host-servicedesk={cookie}"

    async def get(self, page):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get(page, headers={"Cookie": self.cookie})).text

    @asynccontextmanager
    async def open(self, page):
        shown = pieces(await self.get(page)).values()
        have = ",".join(f"{one.id}.{one.version}" for one in shown)
        async with opened(self.app, page, have, self.cookie) as stream:
            assert await stream.next() == ("state", "live")
            yield stream


@pytest.fixture
async def sees(desk, clock, monkeypatch):
    monkeypatch.setattr(streams, "_AGAIN_S", 0.01)
    answers = Answers(Reader(desk.store, every_s=0.01))
    app = application(desk, desk.features, desk.settings.console, answers)

    async def signed_in(person="ana"):
        people = await desk.store.read(desk.people_in)
        begin = lambda tx: signins.begin(tx, person, clock.now(), people, signins.Browser())  # noqa: E731
        return Sight(app, await desk.store.write(begin))

    async with answers.kept_current():
        yield signed_in


def land(desk, **given):
    values = {"external_id": "9", "number": "T9", "company_ref": "2", "status_category": StatusCategory.NEW}
    row = Ticket(**values | {"created_at": desk.clock.now()} | given)
    return desk.store.write(lambda tx: stored.put(tx, [row], now=desk.clock.now()))


@pytest.mark.parametrize("page", [LIST, "/desks/service"])
async def test_what_lands_is_told_as_the_page_shows_it(desk, sees, page):
    ana = await sees()
    async with ana.open(page) as stream:
        await land(desk, title="Mailbox <i>full</i>")
        name = "as-of"
        while name == "as-of":
            name, html = await stream.block()
        assert html == pieces(await ana.get(page))[name].html
    assert "<i>" not in html


async def test_who_sees_one_client_is_told_of_no_other(desk, sees):
    eve = await sees("eve")
    async with eve.open("/lists/tickets/list") as stream:
        await land(desk, title="Other client")
        await land(desk, external_id="10", number="T10", title="Own client", company_ref="1")
        told = [await stream.block()]
        while told[-1][0] != "parts" or "Own client" not in told[-1][1]:
            told.append(await stream.block())
    assert "Other client" not in "".join(html for _, html in told)


async def test_a_sign_in_that_ends_ends_its_streams(desk, sees):
    ana, other = await sees(), await sees()
    async with ana.open(LIST) as stream, other.open(LIST) as elsewhere:
        acting = desk.acting_as(Actor("user:ana", Way.CONSOLE))
        newest = max((await acting.signins.list()).items, key=lambda one: one.id)
        await acting.signins.end(newest.id)
        assert await elsewhere.next("end") == SIGNED_OUT
        await land(desk, title="Still here")
        assert "Still here" in (await stream.block())[1]


async def test_a_change_of_rights_ends_streams(desk, sees):
    ada = desk.acting_as(Actor("user:ada", Way.CLI))
    await ada.people.invite("zoe", roles=("service-manager",))
    zoe = await sees("zoe")
    async with zoe.open(LIST) as stream:
        await ada.people.change("zoe", roles=("technician",))
        assert await stream.next("end") == SIGNED_OUT
        assert await stream.next() is None


async def test_an_open_page_keeps_no_sign_in_alive(desk, sees, clock):
    ana = await sees()
    before = await desk.store.read(lambda tx: sign_ins_of(tx, "ana", clock.now(), desk.roster))
    async with ana.open(LIST) as stream:
        clock.advance(3_600)
        await land(desk, title="An hour later")
        while "An hour later" not in (await stream.block())[1]:
            pass
        after = await desk.store.read(lambda tx: sign_ins_of(tx, "ana", clock.now(), desk.roster))
        assert [one.used_at for one in after] == [one.used_at for one in before]
        clock.advance(8 * 3_600)
        await land(desk, title="After idle hours")
        assert await stream.next("end") == SIGNED_OUT


async def test_a_sign_in_that_runs_out_ends_its_streams_though_nothing_moves(desk, sees, clock, monkeypatch):
    ana = await sees()
    monkeypatch.setattr(ana.app.state.streams, "_anew_s", 0.01)
    async with ana.open(LIST) as stream:
        clock.advance(8 * 3_600 + 1)
        assert await stream.next("end") == SIGNED_OUT
        assert await stream.next() is None


async def test_keys_are_said_and_switched_off(browser):
    ana = await browser()
    page = (await ana.get("/keys")).text
    assert "<kbd>g s</kbd>" in page
    assert "<kbd>?</kbd>" in page
    assert 'data-keys="on"' in page
    answer = await ana.post("/keys", {"keys": "off"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("keys=off; ")
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    ana.client.headers["Cookie"] += "; keys=off"
    assert 'data-keys="off"' in (await ana.get("/desks/service")).text


def test_the_script_is_small_and_its_keys_are_those_that_are_said():
    script = files("servicedesk_core.web.console").joinpath("static/console.js").read_text(encoding="utf-8")
    assert len(script.encode()) <= 8_192
    own = re.findall(r'^  "?(.)"?: ', script[script.index("const KEYS = {") :], re.MULTILINE)
    (pressed,) = re.findall(r"/\^\[(\S+)\]\$/\.test\(key\)", script)
    assert {*own, *pressed} == {key for key, _ in keys.ON_PAGES}
