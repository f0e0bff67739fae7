"""Signed links over the real listener: looking acknowledges nothing, sending the form does, once."""

import asyncio
import http.client
from contextlib import asynccontextmanager

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.features.paging import open_page
from servicedesk_core.store.schema import page_keys
from tests.paging.conftest import NOW

pytestmark = [
    pytest.mark.slow,  # real HTTP, on both databases
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Apprise's own, in its plugins
]


@pytest.fixture
def settings(settings):
    return settings | {"public": {"listen": "127.0.0.1:0", "url": "https://desk.example.com"}}


@asynccontextmanager
async def heard(desk):
    hearing = Hearing(desk)
    async with hearing.open():
        host, _, port = hearing.listener.address.rpartition("/")[2].rpartition(":")

        async def ask(link, method="GET"):
            def over():
                wire = http.client.HTTPConnection(host, int(port), timeout=10)
                wire.request(
                    method, link.removeprefix("https://desk.example.com"), body="" if method == "POST" else None
                )
                answer = wire.getresponse()
                return answer.status, answer.read().decode()

            return await asyncio.to_thread(over)

        yield ask


async def rung(desk, run, phones, key="p1/1"):
    now = desk.clock.now()
    number = await desk.store.read(lambda tx: tx.exec_driver_sql("SELECT local_id FROM tickets").scalar_one())
    await desk.store.write(lambda tx: open_page(tx, key, "P1 T1 <Mail>", "", now, ticket_id=number))
    await run()
    return next(word for word in phones.told[-1][2].split() if word.startswith("https://"))


async def test_looking_changes_nothing_and_the_form_acknowledges_once(desk, run, phones, mailbox):
    link = await rung(desk, run, phones)
    async with heard(desk) as ask:
        for method in ("GET", "HEAD", "GET"):  # a scanner of mails looks more than once
            assert (await ask(link, method))[0] == 200
        assert (await desk.paging.get(1)).state == "ringing"
        status, shown = await ask(link)
        assert ("P1 T1 &lt;Mail&gt;" in shown, 'method="post"' in shown, "form-action &#39;self" in shown) == (
            True, True, False,
        )  # fmt: skip
        assert "form-action 'self'" in shown
        status, told = await ask(link, "POST")
        assert (status, "It is yours." in told) == (200, True)
        row = await desk.paging.get(1)
        assert (row.state, row.acknowledged_by) == ("acknowledged", "ana")
        assert "user:ana via link" in {record.actor for record in await desk.audit.list(limit=5)}
        await ask(link, "POST")  # sent again: nothing more happens
        assert (await desk.paging.get(1)) == row
        await run()
    assert [(to, mail["Subject"]) for to, mail in mailbox.mails] == [], "quiet hours: she hears of it in the morning"


async def test_a_link_that_was_passed_on_acts_for_whom_it_was_made_and_they_hear_of_it(
    desk, run, phones, clock, mailbox
):
    link = await rung(desk, run, phones)
    async with heard(desk) as ask:
        await ask(link, "POST")
    clock.advance(9 * 3_600)
    await run()
    [(to, mail)] = mailbox.mails
    assert (to, "somebody else holds the link" in mail.get_content()) == ("ana@example.com", True)


async def test_what_has_ended_or_is_not_ours_leads_nowhere(desk, run, phones, clock):
    link = await rung(desk, run, phones)
    async with heard(desk) as ask:
        for wrong in (link[:-1], link.replace("/1.ana", "/2.ana"), link.replace(".ana.", ".ben."), link + ".x"):
            assert (await ask(wrong, "POST"))[0] == 404
        assert (await ask(link, "PUT"))[0] == 405
        clock.advance(12 * 3_600)
        status, told = await ask(link, "POST")
        assert (status, "servicedesk paging acknowledge 1" in told) == (410, True)
    assert (await desk.paging.get(1)).state == "ringing"


async def test_keys_change_and_older_links_hold_until_they_end(desk, run, phones, clock):
    first = await rung(desk, run, phones)
    clock.advance(7 * 86_400 - 3_600)
    held = await rung(desk, run, phones, "p1/2")
    clock.advance(3_600)
    await rung(desk, run, phones, "p1/3")
    assert await desk.store.read(lambda tx: len(tx.execute(page_keys.select()).all())) == 2
    async with heard(desk) as ask:
        assert [(await ask(link))[0] for link in (first, held)] == [410, 200]


async def test_whoever_is_in_the_list_no_more_acknowledges_nothing(desk, run, phones, settings):
    link = await rung(desk, run, phones)
    left = settings | {"people": {name: one for name, one in settings["people"].items() if name != "ana"}}
    async with ServiceDesk(left, clock=desk.clock) as other, heard(other) as ask:
        assert (await ask(link, "POST"))[0] == 404
    assert desk.clock.now() == NOW
