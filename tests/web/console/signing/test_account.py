"""One's own account: sign-ins to end, another password, colours."""

import pytest

from servicedesk_core.web.console.signing.account import called
from tests.web.console.signing.conftest import COOKIE, RIGHT, cookie_in


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
    ],
)
def test_a_browser_is_called_by_what_it_is(agent, words):
    assert called(agent) == words


async def test_sign_ins_are_listed_and_ended_one_by_one_and_all_others(browser, desk):
    here, second, third = [await browser("ana") for _ in range(3)]
    ben = await browser("ben")
    text = (await here.get("/account")).text
    assert text.count("(this one)") == 1
    assert text.count('action="/account/end"') == 2
    answer = await here.post("/account/end", {"number": "2"})
    assert "The sign-in was ended." in (await here.get(answer.headers["location"])).text
    await second.get("/account", 303)
    await ben.post("/account/end", {"number": "3"}, 404)  # somebody else's is like none
    await ben.post("/account/end", {"number": "x"}, 400)
    await here.post("/account/end-others")
    await third.get("/account", 303)
    await here.get("/account")
    await ben.get("/account")


async def test_whoever_sees_one_client_has_an_account_too_and_sees_no_other_in_it(browser, desk):
    await browser("ana")
    here, there = await browser("eve"), await browser("eve")
    text = (await here.get("/account")).text
    assert text.count('action="/account/end"') == 1
    assert "<dd>ana" not in text
    await here.post("/account/end", {"number": "1"}, 404)
    await here.post("/account/end", {"number": "3"})
    await there.get("/account", 303)
    listed = (await here.get("/lists/signins/list?as=json")).json()["data"]["items"]
    assert {one["person"] for one in listed} == {"eve"}
    await here.post("/acts/signins/end-all?_request=1", {"_do": "look"})
    await here.get("/account", 303)


async def test_another_password_takes_the_one_that_is_and_ends_all_others(browser):
    here, there = await browser("ana"), await browser("ana")
    other = "a longer horse battery"
    for old, new, again, why in (
        ("wrong horse battery", other, other, "is another one"),
        (RIGHT, "short", "short", "12 are the fewest"),
        (RIGHT, other, "other", "not the same"),
    ):
        answer = await here.post("/account/password", {"old": old, "password": new, "again": again}, 422)
        assert why in answer.text
    await there.get("/account")
    answer = await here.post("/account/password", {"old": RIGHT, "password": other, "again": other})
    for gone in (here, there):
        await gone.get("/account", 303)
    here.client.headers["Cookie"] = f"{COOKIE}={cookie_in(answer)[0]}"
    assert "The password was changed" in (await here.get(answer.headers["location"])).text


async def test_colours_are_kept_in_the_browser(browser):
    ana = await browser("ana")
    answer = await ana.post("/account/scheme", {"scheme": "dark"})
    assert answer.headers["set-cookie"].startswith("scheme=dark;")
    answer = await ana.post("/account/scheme", {"scheme": "other"})
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_people_are_led_to_by_who_may_see_them(browser):
    assert "/lists/people/list" in (await (await browser("ada")).get("/account")).text
    ben = await browser("ben")
    assert "/lists/people/list" not in (await ben.get("/account")).text
    assert "<dt>Technician</dt><dd>7</dd>" in (await ben.get("/account")).text
