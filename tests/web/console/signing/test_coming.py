"""Signing in and out: new cookies, one answer for all that is wrong, and no way to another site."""

from urllib.parse import urlsplit

import httpx
import pytest

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.domain import Technician
from servicedesk_core.features.people import first_link
from servicedesk_core.people import Actor, Way
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.signing.coming import local
from tests import stored
from tests.web.console.conftest import ORIGIN, Browser
from tests.web.console.signing.conftest import COOKIE, RIGHT, cookie_in

pytestmark = pytest.mark.slow


async def enter(nobody, path="/sign-in", **fields):
    return await nobody.post(path, {"name": "ana", "password": RIGHT} | fields)


async def test_who_signs_in_is_led_to_where_they_wanted(browser):
    nobody = await browser(None)
    away = await nobody.get("/lists/tickets/list?status=new", 303)
    asked = await nobody.get(away.headers["location"])
    assert 'value="/lists/tickets/list?status=new"' in asked.text
    answer = await enter(nobody, then="/lists/tickets/list?status=new")
    assert answer.headers["location"] == "/lists/tickets/list?status=new"
    cookie, attributes = cookie_in(answer)
    assert attributes == {"path=/", "secure", "httponly", "samesite=lax"}
    nobody.client.headers["Cookie"] = f"{COOKIE}={cookie}"
    assert "ana" in (await nobody.get("/lists/tickets/list")).text
    assert (await nobody.get("/sign-in?then=/account", 303)).headers["location"] == "/account"


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example.com/",
        "//evil.example.com",
        "/\\evil.example.com",
        "/\t/evil.example.com",
        "\\\\evil.example.com",
        "javascript:alert(1)",
        "evil.example.com",
        "/ok\r\nX-Injected: 1",
        "/" + "x" * 5_000,
        "",
    ],
)
def test_what_is_no_path_of_ours_is_the_start(then):
    assert local(then) == "/"


async def test_nobody_is_led_to_another_site(browser):
    nobody, then = await browser(None), "//evil.example.com"
    assert (await enter(nobody, then=then)).headers["location"] == "/"
    assert 'name="then" value="/"' in (await nobody.client.get("/sign-in", params={"then": then})).text


async def test_a_sign_in_is_new_whatever_cookie_was_shown_and_the_one_before_is_over(browser, desk):
    ana, planted = await browser("ana"), "x" * 43
    old = ana.client.headers["Cookie"]
    fresh = cookie_in(await enter(ana))[0]
    assert fresh not in old
    ana.client.headers["Cookie"] = old
    await ana.get("/account", 303)  # signed out by the sign-in that took its place
    ana.client.headers["Cookie"] = f"{COOKIE}={planted}"
    assert cookie_in(await enter(ana))[0] != planted
    await ana.get("/account", 303)


async def test_all_that_is_wrong_gets_one_answer(browser):
    nobody, texts = await browser(None), set()
    for name, password in (("ana", "wrong horse battery"), ("ben", RIGHT), ("nobody", RIGHT), ("", "")):
        answer = await nobody.post("/sign-in", {"name": name, "password": password}, 401)
        assert "set-cookie" not in answer.headers
        texts.add(answer.text.replace(f'value="{name}"', 'value=""').replace(" autofocus", ""))
    assert len(texts) == 1
    assert "The name or the password is wrong." in texts.pop()


async def test_guessing_has_to_wait_and_says_how_long(browser, clock):
    nobody = await browser(None)
    for _ in range(5):
        await nobody.post("/sign-in", {"name": "ana", "password": "wrong horse battery"}, 401)
    answer = await nobody.post("/sign-in", {"name": "ana", "password": RIGHT}, 429)
    assert answer.headers["retry-after"] == "10"
    assert "Wait 10 seconds" in answer.text
    clock.advance(10)
    await enter(nobody)


async def test_who_signs_out_is_out_in_this_browser_alone(browser):
    here, there = await browser("ana"), await browser("ana")
    answer = await here.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "max-age=0" in cookie_in(answer)[1]
    await here.get("/account", 303)
    await there.get("/account")
    await here.post("/sign-out")  # a second time nothing happens
    await there.get("/sign-out", 404)  # no link and no picture signs anybody out


async def test_a_form_of_another_site_signs_nobody_in_or_out(browser):
    ana = await browser("ana")
    for path in ("/sign-in", "/sign-out", "/account/password", "/account/end-others"):
        for told in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "http://evil.example.com"}):
            await ana.post(path, {"name": "ana", "password": RIGHT}, 403, **told)
    await ana.get("/account")


async def test_rights_that_change_end_a_sign_in_at_the_next_request(browser, desk):
    ada = desk.acting_as(Actor("user:ada", Way.CONSOLE))
    made = await ada.people.invite("tom", roles=("coordinator",))
    nobody = await browser(None)
    answer = await nobody.post(urlsplit(made.link).path, {"password": RIGHT, "again": RIGHT})
    nobody.client.headers["Cookie"] = f"{COOKIE}={cookie_in(answer)[0]}"
    await nobody.get("/account")
    await ada.people.change("tom", roles=("technician",))
    await nobody.get("/account", 303)


async def test_the_first_administrator_comes_by_a_link_that_works_once(browser, desk, clock):
    here = Technician(external_id="t1", name="Kim Doe")
    await desk.store.write(lambda tx: stored.put(tx, (here,), now=clock.now()))
    token = await first_link(desk)
    nobody = await browser(None)
    form = await nobody.get(f"/first/{token}")
    assert "You will administer it" in form.text
    assert token not in form.text  # printed pages show no link
    assert '<option value="psa:t1" selected>' in (await nobody.get(f"/first/{token}?technician=psa:t1")).text
    await nobody.get(f"/invitations/{token}", 410)
    weak = await nobody.post(f"/first/{token}", {"name": "kim", "password": "short", "again": "short"}, 422)
    assert "12 are the fewest" in weak.text
    unlike = await nobody.post(f"/first/{token}", {"name": "kim", "password": RIGHT, "again": "other"}, 422)
    assert 'value="kim"' in unlike.text
    given = {"name": "kim", "password": RIGHT, "again": RIGHT, "technician": "psa:t1"}
    await nobody.post(f"/first/{token}", given | {"technician": "psa:0"}, 422)
    answer = await nobody.post(f"/first/{token}", given)
    nobody.client.headers["Cookie"] = f"{COOKIE}={cookie_in(answer)[0]}"
    assert "No technician is linked" not in (await nobody.get("/me")).text
    assert "admin, service-manager" in (await nobody.get("/account")).text
    await nobody.get(f"/first/{token}", 410)
    await nobody.post(f"/first/{token}", given, 410)


async def test_looking_at_an_invitation_uses_it_not_up_and_choosing_does(browser, desk):
    ada = desk.acting_as(Actor("user:ada", Way.CONSOLE))
    link = urlsplit((await ada.people.invite("ben")).link).path
    nobody = await browser(None)
    for _ in range(2):
        assert "You are <b>ben</b>" in (await nobody.get(link)).text
    given = {"password": RIGHT, "again": RIGHT, "name": "ada"}
    cookie = cookie_in(await nobody.post(link, given))[0]
    nobody.client.headers["Cookie"] = f"{COOKIE}={cookie}"
    assert "<dd>ben</dd>" in (await nobody.get("/account")).text
    await nobody.post(link, given, 410)


async def test_behind_a_proxy_the_last_address_it_names_counts_and_from_elsewhere_none(desk):
    section = ConsoleSection(listen="127.0.0.1:0", proxy="10.0.0.5", hosts=("localhost",))
    transport = httpx.ASGITransport(application(desk, desk.features, section), client=("10.0.0.5", 1))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        nobody = Browser(client)
        for number in range(5):
            told = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.9"}
            await nobody.post("/sign-in", {"name": f"n{number}", "password": RIGHT}, 401, **told)
        given = {"name": "ana", "password": RIGHT}
        await nobody.post("/sign-in", given, 429, **{"X-Forwarded-For": "198.51.100.9"})
        await nobody.post("/sign-in", given, 303, **{"X-Forwarded-For": "198.51.100.9, 203.0.113.1"})
        lines = [("X-Forwarded-For", "203.0.113.2"), ("X-Forwarded-For", "198.51.100.9")]  # as some proxies add theirs
        headers = [("Origin", ORIGIN), ("Sec-Fetch-Site", "same-origin"), *lines]
        assert (await client.post("/sign-in", data=given, headers=headers)).status_code == 429
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application(desk, desk.features, section))) as client:
        answer = await client.get(f"{ORIGIN}/sign-in", headers={"X-Forwarded-For": "10.0.0.5"})
        assert answer.status_code == 403
