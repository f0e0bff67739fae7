"""The page of a ticket: what it tells whom, and what can be begun from it."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import get_args, get_origin

import pytest

from servicedesk_core.domain import (
    ActorType,
    Appointment,
    Asset,
    Attachment,
    Company,
    Contact,
    Contract,
    Entity,
    EventSource,
    EventType,
    Note,
    NoteVisibility,
    Queue,
    Site,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TimeEntry,
)
from servicedesk_core.web.console.tickets.showing import at_vendor
from tests import stored
from tests.web.console.conftest import NOW

HOUR = timedelta(hours=1)
EVIL = (
    "\"'><x-evil onclick=evil()>&lt;x-evil&gt;</title></script><script>evil()</script>\u202ejavascript:evil()\x1b[31m//"
)
TICKET = Ticket(
    external_id="70", number="T70", title="Printer", company_ref="1", queue_ref="q", assignee_ref="7", site_ref="s",
    contact_ref="c", asset_ref="a", contract_ref="k", status="Working", status_category=StatusCategory.IN_PROGRESS,
    description="It does not print.", resolution="Restarted.", created_at=NOW - 9 * HOUR, estimated_s=3600,
)  # fmt: skip
AROUND = (
    Queue(external_id="q", name="Helpdesk"),
    Technician(external_id="7", name="Ben"),
    Site(external_id="s", name="Harbor", company_ref="1"),
    Contact(external_id="c", first_name="Kim", company_ref="1", email="kim@example.com"),
    Contract(external_id="k", name="All in", company_ref="1"),
    Asset(external_id="a", name="PC1", serial_number="SN1", manufacturer="Dell", company_ref="1"),
    Note(external_id="n1", ticket_ref="70", body="Told them.", visibility=NoteVisibility.PUBLIC, author_ref="7",
         author_type=ActorType.TECHNICIAN, created_at=NOW - HOUR),
    Note(external_id="n2", ticket_ref="70", title="Between us", body="Very old box.", created_at=NOW - 2 * HOUR),
    TimeEntry(external_id="t", ticket_ref="70", technician_ref="7", worked_s=1800, start_at=NOW - 2 * HOUR,
              summary="Looked at it", internal_notes="Bill it later"),
    TicketEvent(external_id="e", ticket_ref="70", type=EventType.STATUS_CHANGED, source=EventSource.HISTORY,
                effective_at=NOW - 3 * HOUR, before={"status": "New"}, after={"status": EVIL}, actor_ref="7"),
    Attachment(external_id="f", ticket_ref="70", name="photo.jpg", visibility=NoteVisibility.PUBLIC),
    Appointment(external_id="v", ticket_refs=("70",), technician_refs=("7",), company_ref="1", title="Visit",
                start_at=NOW + HOUR, end_at=NOW + 2 * HOUR),
)  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


async def put(desk, *records, connection="psa"):
    await desk.store.write(lambda tx: stored.put(tx, records, now=NOW, connection=connection))


@pytest.fixture
async def filled(desk):
    await put(desk, TICKET, *AROUND)
    return desk


async def test_a_ticket_is_shown_with_everything_that_hangs_on_it(browser, filled):
    page = Page((await (await browser("ana")).get("/tickets/T70")).text)
    for text in ("Printer", "Ben", "Harbor", "Kim, kim@example.com", "PC1, Dell, serial number SN1", "All in",
                 "It does not print.", "Told them.", "public: the client reads it", "Very old box.",
                 "internal: your staff", "Looked at it", "Bill it later", "photo.jpg", "Who acts next",
                 "of 1"):  # fmt: skip
        assert text in page.text, text
    assert "No policy is defined" in page.text
    assert "servicedesk tickets show T70 --connection psa" in page.text


async def test_what_only_the_staff_may_read_is_for_them(browser, filled):
    page = (await (await browser("eve")).get("/tickets/T70")).text
    assert "Told them." in page
    for text in ("Very old box", "Between us", "Bill it later", "internal: your staff", "/acts/"):
        assert text not in page


async def test_each_act_is_offered_to_who_may_do_it(browser, filled):
    acts = {}
    for who in ("ana", "ben", "ada"):
        answer = await (await browser(who)).client.get("/tickets/T70")
        acts[who] = set(re.findall(r'href="/acts/([^?"]+)\?ticket=T70&amp;connection=psa"', answer.text))
    assert {"assign", "tickets/note", "tickets/close", "sla/override"} <= acts["ana"]
    assert "tickets/note" in acts["ben"]
    assert "sla/override" not in acts["ben"]
    assert acts["ada"] == set()


async def test_who_could_take_it_and_what_is_like_it_stand_beside_it_for_who_asks(browser, filled):
    ana = await browser("ana")
    page = (await ana.get("/tickets/T70")).text
    assert 'href="/tickets/70?connection=psa&amp;beside=candidates#beside"' in page
    assert 'id="beside"' not in page, "it takes all open tickets: only who asks waits for it"
    beside = (await ana.get("/tickets/T70?connection=psa&beside=candidates")).text
    assert re.search(r'<h2 id="t-beside">Who could take it</h2>.*Ben', beside, re.DOTALL)
    assert 'id="beside"' in (await ana.get("/tickets/T70?connection=psa&beside=alike")).text
    assert 'id="beside"' not in (await ana.get("/tickets/T70?connection=psa&beside=nothing")).text
    hers = await browser("eve")
    for path in ("/tickets/T70", "/tickets/T70?beside=candidates"):
        text = (await hers.get(path)).text
        assert "Who could take it" not in text


async def test_where_help_is_wanted_stands_on_the_page_of_who_was_asked_and_of_the_ticket(browser, filled, desk):
    await desk.helpers.ask("T1", "Two <b>hands</b>.")
    page = (await (await browser("ben")).get("/me")).text
    assert "Help wanted" in page
    assert "Two &lt;b&gt;hands&lt;/b&gt;." in page
    (form,) = re.findall(r'href="(/acts/helpers/give[^"]+)"', page)
    ben = await browser("ben")
    where = (await ben.get(form.replace("&amp;", "&"), 303)).headers["location"]
    assert "Take up a call" in (await ben.get(where)).text
    shown = (await (await browser("ana")).get("/tickets/T1")).text
    assert re.search(r"Help wanted .*Two &lt;b&gt;hands", shown, re.DOTALL)
    assert "Two &lt;b&gt;hands" not in (await (await browser("eve")).get("/tickets/T1")).text


async def test_rows_of_the_list_that_is_shown_are_selected_for_acts_by_who_may(browser, filled):
    path = "/desks/service/tickets?list=to-triage"
    page = (await (await browser("ana")).get(path)).text
    chosen = re.findall(r'name="select" value="([^"]+)"', page)
    assert len(chosen) == 7
    assert "ticket=T1&amp;connection=psa" in chosen
    assert 'formaction="/acts/assign"' in page
    assert 'name="select"' not in (await (await browser("eve")).get(path)).text


@pytest.mark.parametrize(
    "path", ["/tickets/T4", "/tickets/T4?connection=psa", "/tickets/nope", "/tickets/T70?connection=x"]
)
async def test_a_ticket_that_is_not_theirs_is_not_there(browser, filled, path):
    page = (await (await browser("eve")).get(path, status=404)).text
    assert "Example Two" not in page


async def test_a_number_that_two_connections_have_lets_one_choose(browser, filled):
    await put(filled, TICKET.model_copy(update={"title": "Another", "company_ref": None}), connection="other")
    ana, eve = await browser("ana"), await browser("eve")
    page = (await ana.get("/tickets/T70", status=300)).text
    assert re.findall(r'href="(/tickets/T70\?connection=\w+)"', page) == [
        "/tickets/T70?connection=psa",
        "/tickets/T70?connection=other",
    ]
    assert "Another" in (await ana.get("/tickets/T70?connection=other")).text
    assert "Printer" in (await eve.get("/tickets/T70")).text


async def test_a_page_is_found_by_number_title_client_and_serial_number(browser, filled):
    ana, eve = await browser("ana"), await browser("eve")
    for words, where in (("t70", "/tickets/T70?connection=psa"), ("70", "/tickets/T70?connection=psa")):
        assert (await ana.get(f"/search?q={words}", status=303)).headers["location"] == where
    page = (await ana.get("/search?q=example")).text
    assert "/lists/tickets/list?company=2&amp;connection=psa&amp;all=true" in page
    found = re.search(r'href="(/lists/warranty/devices[^"]+)"', (await ana.get("/search?q=sn1")).text)
    assert len(re.findall("<tr data-row", (await ana.get(found[1].replace("&amp;", "&"))).text)) == 1
    assert "Nothing is called so" in (await ana.get("/search?q=zzz")).text
    assert "Look for a ticket" in (await ana.get("/search")).text
    assert "Example Two" not in (await eve.get("/search?q=example")).text
    assert "Nothing is called so" in (await eve.get("/search?q=T4")).text


async def test_a_technician_sees_their_own_day(browser, filled):
    page = (await (await browser("ben")).get("/me")).text
    told = Page(page).text
    for text in ("Ben", "T70", "Visit", "Example One", "My clocks", "1 open ticket"):
        assert text in told, text
    assert "/acts/tickets/start?ticket=T70&amp;connection=psa" in page
    assert "/acts/tickets/cannot?ticket=T70&amp;connection=psa" in page
    assert "/acts/tickets/log-time?ticket=T70&amp;connection=psa&amp;technician=me" in page
    assert "localStorage" not in page
    nobody = (await (await browser("ana")).get("/me")).text
    assert "No technician is linked to your account" in nobody
    assert "technician = " in nobody


def hostile(record: Entity) -> Entity:
    """Return a record whose every text is markup and control characters."""
    given = {}
    for name, field in type(record).model_fields.items():
        kinds = {field.annotation, *(get_args(field.annotation) if get_origin(field.annotation) is not dict else ())}
        if str in kinds and name not in {"external_id", "timezone"} and not name.endswith(("_ref", "currency")):
            given[name] = EVIL
    return record.model_copy(update=given)


@pytest.mark.parametrize("id_", ["70", EVIL])
async def test_no_text_of_a_record_becomes_markup(browser, desk, id_):
    records = [hostile(one) for one in (TICKET.model_copy(update={"number": None}), *AROUND)]
    records = [
        one.model_copy(update={"ticket_ref": id_}) if getattr(one, "ticket_ref", None) else one for one in records
    ]
    records[0] = records[0].model_copy(update={"external_id": id_, "number": None if id_ == EVIL else EVIL})
    await put(desk, *records, hostile(Company(external_id="1", name="x")))
    ana, ben = await browser("ana"), await browser("ben")
    found = re.search(r'href="(/tickets/[^"]+)"', (await ana.get("/search?q=evil")).text)
    paths = [
        found[1].replace("&amp;", "&"),
        "/search?q=evil",
        "/desks/service/tickets?list=ready",
        "/me",
        "/lists/desks/list?list=ready",
    ]
    for path in paths:
        html = (await (ben if path == "/me" else ana).get(path)).text
        page = Page(html)
        assert "x-evil" in page.text, path
        assert "x-evil" not in page.tags, path
        assert page.tags.count("script") == html.count("<script src="), path
        names = {name for name, _ in page.attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}, path
        assert not [
            value for name, value in page.attributes if name in {"href", "src"} and "script:" in str(value)[:12]
        ], path
        assert not {"\x1b", "\u202e"} & set(html), path


@pytest.mark.parametrize(
    ("url", "leads"),
    [("https://psa.example.com/1", True), ("http://psa.example.com/1", False), ("javascript:evil()", False),
     ("https:///x", False), ("https://[x", False), (None, False)],
)  # fmt: skip
def test_only_a_sound_address_leads_to_the_vendor(url, leads):
    assert (at_vendor(url) is not None) is leads
