"""What clients read and answer behind a link, over the real listener."""

import asyncio
import http.client
import re
from contextlib import asynccontextmanager

import pytest

from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.domain import ActorType, Company, Note, NoteVisibility
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import location

pytestmark = pytest.mark.slow

URL = "https://desk.example.com"
DONE = """
[message_templates.done]
triggers = ["resolved"]
clients = ["c1"]
subject = "{{ ticket.title }}"
text = "All of it: {{ page }} How did it go? {{ survey }}"
"""


@pytest.fixture
def public():
    return {"listen": "127.0.0.1:0", "url": URL}


@asynccontextmanager
async def heard(desk):
    hearing = Hearing(desk)
    async with hearing.open():
        host, _, port = hearing.listener.address.rpartition("/")[2].rpartition(":")

        async def ask(link, method="GET", body=None):
            def over():
                wire = http.client.HTTPConnection(host, int(port), timeout=10)
                wire.request(method, link.removeprefix(URL), body=body)
                answer = wire.getresponse()
                return answer.status, answer.read().decode()

            return await asyncio.to_thread(over)

        yield ask


def note(ref, body, ticket="91", visibility=NoteVisibility.PUBLIC, **more):
    return {"external_id": ref, "ticket_ref": ticket, "body": body, "visibility": visibility} | more


async def filled(telling):
    """Two tickets of one client and one of another, with notes of every kind; each text names who may read it."""
    now = telling.clock.now()
    await telling.put(Company(external_id="c2", name="Globex"))
    for ref, company in (("1", "c1"), ("2", "c1"), ("3", "c2")):
        await telling.ticket(ref, company_ref=company, mode="backfill")
    notes = [
        note("n1", "ours <b>first</b>", author_type=ActorType.TECHNICIAN),
        note("n2", "an answer", author_type=ActorType.CUSTOMER),
        note("n3", "ours second", ticket="92"),
        note("n4", "SECRET internal", visibility=NoteVisibility.INTERNAL),
        note("n5", "SECRET partner", visibility=NoteVisibility.PARTNER),
        note("n6", "SECRET system", is_system=True),
        note("n7", "SECRET of another client", ticket="93"),
    ]
    await telling.put(*(Note(**one, created_at=now) for one in notes))


async def test_a_wall_shows_what_its_client_may_read_and_nothing_else(telling):
    await filled(telling)
    one = await telling.desk.messages.link("91")
    whole = await telling.desk.messages.link("91", client=True)
    async with heard(telling.desk) as ask:
        status, shown = await ask(one.address)
        assert status == 200
        assert "ours &lt;b&gt;first&lt;/b&gt;" in shown
        assert "an answer" in shown
        assert "ours second" not in shown
        _, client = await ask(whole.address)
        assert "ours second" in client
        assert "SECRET" not in shown + client

        for forged in (
            one.address[:-1],
            one.address.replace("/posts/1.", "/posts/2."),
            f"{URL}/posts/x",
            f"{URL}/posts/",
        ):
            assert (await ask(forged))[0] == 404
        assert (await ask(one.address, "DELETE"))[0] == 405
        await telling.desk.messages.revoke(one.number)
        assert (await ask(one.address))[0] == 410
        telling.later(days=31)
        assert (await ask(whole.address))[0] == 410
    with pytest.raises(NotFoundLocallyError):
        await telling.desk.messages.revoke(one.number)
    [listed, _] = (await telling.desk.messages.links()).items
    assert "secret" not in str(listed)
    wall = (await telling.desk.messages.wall("91")).items
    assert {one.text for one in wall} == {"ours <b>first</b>", "an answer"}


async def test_a_survey_is_answered_once_and_by_nobody_who_only_looks(telling):
    await telling.decide(done=DONE)
    await telling.ticket(mode="backfill")
    await telling.become()
    await telling.fall_due()
    await telling.desk.messages.release(everything=True)
    [(_, mail)] = telling.mailbox.mails
    page, survey = re.findall(r"https://\S+", mail.get_content())
    async with heard(telling.desk) as ask:
        assert "All of it:" in (await ask(page))[1]
        for method in ("GET", "HEAD", "GET"):  # a scanner of mails looks more than once
            assert (await ask(survey, method))[0] == 200
        assert (await telling.desk.messages.answers()).items == ()
        for wrong in (b"", b"rating=9", b"rating=", b"\xff", b"rating=5&" + b"comment=" + b"x" * 30_000):
            assert (await ask(survey, "POST", wrong))[0] == 400
        assert "We have your answer" in (await ask(survey, "POST", b"rating=4&comment=%3Cb%3Efast%3C/b%3E"))[1]
        assert "answered already" in (await ask(survey, "POST", b"rating=1"))[1]  # replayed, or passed on
        assert "answered already" in (await ask(survey))[1]
        assert (await ask(page, "POST", b"rating=1"))[0] == 200
    [answer] = (await telling.desk.messages.answers()).items
    assert (answer.ticket, answer.rating, answer.comment) == ("T1", 4, "<b>fast</b>")


async def test_who_wants_no_survey_is_asked_nothing(telling):
    wish = '[contacts.p1]\nno_messages = ["surveys"]'
    lenient = DONE.replace("How did it go? {{ survey }}", "{% if survey is defined %}{{ survey }}{% endif %}")
    await telling.decide(done=lenient, wish=wish)
    await telling.ticket(mode="backfill")
    await telling.become()
    await telling.fall_due()
    [one] = (await telling.desk.messages.queue()).items
    text = (await telling.desk.messages.show(one.number)).text
    assert len(re.findall("https://", text)) == 1


async def test_a_restored_store_lets_no_older_link_lead_anywhere(telling):

    await telling.ticket(mode="backfill")
    one = await telling.desk.messages.link("91")
    await telling.desk.store.write(lambda tx: location.suspect(tx, "it was restored", telling.clock.now()))
    async with heard(telling.desk) as ask:
        assert (await ask(one.address))[0] == 410
