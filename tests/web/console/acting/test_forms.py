"""Acts as forms: what is filled in, what is wrong with it, and that each form does its work once."""

import re
from datetime import timedelta
from html import unescape

import pytest

from servicedesk_core.domain import StatusCategory, Ticket, TicketKind
from servicedesk_core.features.quality.model import Answered
from servicedesk_core.web.console.acting.forms import differences
from tests import stored
from tests.web.console.acting.conftest import action_of, fields_of, followed, opened, selected, sent

CHECKED = """
[checklists.ticket]
items = ["The cause is written down", "The client knows"]
[samples.weekly]
checklist = "ticket"
percent = 100
per_technician = 2
reviewers = ["max"]
"""


async def writes_of(desk):
    return (await desk.writes.list(everything=True)).items


@pytest.mark.slow
async def test_what_identifies_the_record_is_shown_and_the_rest_can_be_filled_in(browser):
    page, action = await opened(
        await browser("ana"), "/acts/tickets/update?ticket=T1&technician=Dana+Wolf&connection=psa"
    )
    fields = fields_of(page)
    assert {"technician", "reason", "_seen"} <= fields.keys()
    assert "ticket" not in fields, "it stands in the address, and nobody changes it here"
    assert "Printer 1" in page
    assert "Bolt &amp; Co" in page
    assert '<option value="Dana Wolf" selected>Dana Wolf</option>' in page
    assert '<option value="none">nobody</option>' in page
    assert '<option value="me">me</option>' in page
    assert "ticket=T1" in action
    assert "_request=" in action


async def test_a_proposal_is_stored_once_however_often_its_form_is_sent(browser, desk, vendor):
    window = await browser("ana")
    _, action = await opened(window, "/acts/tickets/update?ticket=T1")
    first = await window.post(action, {"technician": "Dana Wolf", "_do": "propose"})
    again = await window.post(action, {"technician": "Dana Wolf", "_do": "propose"})
    assert first.headers["location"] == again.headers["location"]
    (write,) = await writes_of(desk)
    assert (write.state, write.proposed_by) == ("proposed", "user:ana via console")
    back = await window.get(action, 303)
    assert back.headers["location"] == first.headers["location"], "whoever goes back finds what became of it"
    assert vendor.writes == []


@pytest.mark.slow
async def test_who_may_approve_sends_in_one_step_and_nobody_else(browser, desk, vendor):
    page, action = await opened(ana := await browser("ana"), "/acts/tickets/update?ticket=T1")
    assert "propose and send" in page
    await ana.post(action, {"technician": "Dana Wolf", "_do": "send"})
    assert vendor.records["tickets"]["1"]["assignee_ref"] == "t2"
    page, action = await opened(cay := await browser("cay"), "/acts/tickets/update?ticket=T2")
    assert "propose and send" not in page
    await cay.post(action, {"technician": "Dana Wolf", "_do": "send"})
    assert [write.state for write in await writes_of(desk)] == ["proposed", "confirmed"]


@pytest.mark.slow
async def test_what_is_wrong_stands_beside_its_field_and_what_was_written_stays(browser, desk):
    window = await browser("ana")
    _, action = await opened(window, "/acts/tickets/log-time?ticket=T1")
    answer = await window.post(action, {"hours": "soon", "summary": "Looked <b>at</b> it", "_do": "propose"}, 422)
    fields = fields_of(answer.text)
    assert 'aria-invalid="true"' in fields["hours"]
    assert "autofocus" in fields["hours"]
    assert "autofocus" not in fields["technician"]
    assert 'aria-invalid="true"' in fields["technician"]
    assert "Looked &lt;b&gt;at&lt;/b&gt; it" in answer.text
    assert action_of(answer.text) == action, "it can be mended and sent"
    answer = await window.post(action, {"hours": "0.5", "technician": "Nobody Such", "_do": "propose"}, 404)
    assert "There is no technician" in answer.text
    await followed(window, await window.post(action, {"hours": "0.5", "technician": "me", "_do": "propose"}))
    (write,) = await writes_of(desk)
    assert {one.field: one.after for one in write.changes}["worked_s"] == 1800


@pytest.mark.slow
async def test_the_button_of_a_note_says_who_reads_it_and_what_a_client_reads_is_looked_at_first(browser, desk, vendor):
    window = await browser("ana")
    page, action = await opened(window, "/acts/tickets/note?ticket=T1")
    assert "Add note · only the staff reads it" in page
    assert "Send to the client · Bolt &amp; Co reads it" in page
    assert "public" not in fields_of(page)
    await window.post(action, {"text": "Called", "_do": "staff"})
    (note,) = await writes_of(desk)
    assert (note.kind, note.state) == ("notes.create_internal", "confirmed")
    _, action = await opened(window, "/acts/tickets/note?ticket=T1")
    await window.post(action, {"text": "We come at ten", "_do": "client"})
    public = max(await writes_of(desk), key=lambda one: one.id)
    assert (public.kind, public.state) == ("notes.create_public", "proposed")


async def test_where_the_address_says_what_to_change_the_other_fields_stand_at_the_end(browser, desk):
    near, _, far = (
        await (await browser("cay")).get("/acts/tickets/update?ticket=T1&status=in_progress&_request=1")
    ).text.partition("<summary>More")
    assert 'name="status"' in near
    assert 'name="title"' in far
    near = (await (await browser("cay")).get("/acts/tickets/update?ticket=T1&_request=2")).text.partition(
        "<summary>More"
    )[0]
    assert 'name="title"' in near


@pytest.mark.slow
async def test_several_records_are_proposed_one_by_one_and_each_says_what_became_of_it(browser, desk):
    window = await browser("cay")
    form, action = await selected(window, "tickets/update", *(f"ticket=T{number}" for number in (1, 2, 99)))
    assert "Printer 1" in form, "a bulk form lists what it acts on"
    page = await followed(window, await window.post(action, {"technician": "Dana Wolf", "_do": "propose"}))
    assert "2 proposed" in page.text, "nothing was sent to the vendor"
    assert "1 not" in page.text
    assert "not done: " in page.text.partition("T99")[2]
    assert sorted(write.target for write in await writes_of(desk)) == ["1", "2"]


@pytest.mark.slow
async def test_nobody_is_another_word_than_no_change(browser, desk, vendor):
    window = await browser("ana")
    await sent(window, "/acts/tickets/update?ticket=T1", technician="Dana Wolf", _do="send")
    assert vendor.records["tickets"]["1"]["assignee_ref"] == "t2"
    page, action = await opened(window, "/acts/tickets/update?ticket=T1")
    assert '<option value="">(no change)</option>' in page
    assert "(no change)" not in (await opened(window, "/acts/tickets/create"))[0], "of what is new nothing changes"
    await window.post(action, {"title": "Plotter", "_do": "send"})
    assert vendor.records["tickets"]["1"]["assignee_ref"] == "t2"
    await sent(window, "/acts/tickets/update?ticket=T1", technician="none", _do="send")
    assert vendor.records["tickets"]["1"]["assignee_ref"] is None


@pytest.mark.slow
async def test_of_two_people_on_one_ticket_the_second_sees_what_changed_and_loses_nothing(browser, desk, vendor):
    ana, max_ = await browser("ana"), await browser("max")
    page, theirs = await opened(max_, "/acts/tickets/update?ticket=T1")
    seen = unescape(re.search(r'name="_seen" value="([^"]*)"', page).group(1))
    await sent(ana, "/acts/tickets/update?ticket=T1", title="Plotter", _do="send")
    words = {"title": "Scanner", "resolution": "Cleaned it", "_do": "send", "_seen": seen}
    told = await max_.post(theirs, words, 409)
    assert "Title was Printer 1 and is Plotter" in told.text
    assert "Cleaned it" in told.text
    assert vendor.records["tickets"]["1"]["title"] == "Plotter"
    now = unescape(re.search(r'name="_seen" value="([^"]*)"', told.text).group(1))
    await max_.post(theirs, words | {"_seen": now})
    assert vendor.records["tickets"]["1"]["title"] == "Scanner"


@pytest.mark.slow
async def test_an_act_that_is_previewed_does_what_was_shown_and_nothing_else(browser, desk):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/warranty/write-dates")
    page = await ana.post(action, {"_do": "look"})
    assert page.status_code == 303, "there was nothing to be written, and nothing to ask about"


@pytest.mark.slow
async def test_a_secret_is_told_once(browser, desk):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/tokens/new")
    words = {"name": "Reports", "lasts": "7d", "_do": "do"}
    told = await ana.post(action, words, 200)
    assert "sdk_" in told.text
    again = await followed(ana, await ana.post(action, words))
    assert "sdk_" not in again.text
    assert len((await desk.tokens.list()).items) == 1
    kept = await desk.store.read(lambda tx: tx.exec_driver_sql("SELECT outcome FROM form_requests").scalars().all())
    assert kept == [None]


async def test_forms_of_other_sites_are_refused(browser, desk):
    ana = await browser("ana")
    _, action = await opened(ana, "/acts/tickets/update?ticket=T1")
    words = {"technician": "none", "_do": "propose"}
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:9189"},
        {"Origin": "http://evil.example"},
    ):
        answer = await ana.client.post(action, data=words, headers=headers)
        assert answer.status_code == 403
    assert await writes_of(desk) == ()


def test_what_is_different_is_said_however_long_both_are():
    lines = [f"ticket {number}" for number in range(50_000)]
    before, now = "\n".join(["gone", *lines]), "\n".join([*reversed(lines), "new"])
    assert differences(before, now) == ["- gone", "+ new"]


async def test_beside_the_form_of_triage_stands_what_is_like_the_ticket(browser):
    page, _ = await opened(await browser("ana"), "/acts/triage?ticket=T1")
    assert "Likely the same" in page
    assert "/tickets/T2" in page
    assert {"impact", "urgency", "next", "answer"} <= fields_of(page).keys()


async def test_what_can_be_chosen_is_offered_and_not_typed(browser):
    ana = await browser("ana")
    wall, _ = await opened(ana, "/acts/walls/new")
    assert re.search(r'<select id="f-page".*?<option value="desks.service">', wall, re.DOTALL)
    ticket, _ = await opened(ana, "/acts/tickets/create")
    assert re.search(r'<select id="f-connection".*?<option value="psa">', ticket, re.DOTALL)
    assert 'type="month"' in fields_of((await opened(ana, "/acts/kpi/close"))[0])["month"]


async def test_a_form_about_a_ticket_asks_for_nothing_in_its_place_and_speaks_to_who_reads_a_page(browser):
    window = await browser("ana")
    page, _ = await opened(window, "/acts/assign?ticket=T1")
    assert {"queue", "unassigned"}.isdisjoint(fields_of(page))
    assert "After you agreed, this changes an outside system." in page
    assert ">nobody</option>" in page
    assert "name or id of a technician.</p>" in page, "what each choice means, it says itself"
    page, _ = await opened(window, "/acts/assign")
    assert {"queue", "unassigned"} <= fields_of(page).keys()


@pytest.mark.slow
async def test_each_item_of_a_checklist_is_a_field_of_a_review(browser, desk, tmp_path):
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "quality.toml").write_text(CHECKED)
    await desk.definitions.apply(reason="checked", folder=tmp_path / "service")
    now = desk.clock.now()
    done = {"created_at": now - timedelta(days=2), "resolved_at": now - timedelta(days=1)}
    done |= {"status_category": StatusCategory.RESOLVED, "assignee_ref": "t2", "company_ref": "c1"}
    one = Ticket(external_id="77", number="T77", title="Printer", kind=TicketKind.INCIDENT, **done)
    await desk.store.write(
        lambda tx: stored.put(tx, [one], now=now, connector=desk.settings.connections["psa"].connector)
    )
    (drawn,) = (await desk.quality.sample("weekly")).drawn
    page, action = await opened(window := await browser("max"), f"/acts/quality/review?number={drawn.id}")
    assert {"missed=1", "missed=2", "skip", "passed"} <= fields_of(page).keys()
    assert "The cause is written down" in page
    wrong = await window.post(action, {"missed=2": "Nobody called.", "passed": "true"}, 422)
    assert 'value="Nobody called."' in wrong.text, "what was written stays"
    await window.post(action, {"missed=1": "", "missed=2": "Nobody called.", "skip": "1"})
    found = await desk.quality.show(drawn.id)
    assert [(one.answer, one.why) for one in found.items] == [
        (Answered.SKIPPED, None),
        (Answered.MISSED, "Nobody called."),
    ]
