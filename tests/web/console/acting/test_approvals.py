"""What waits: who decides about it, and what more than the brake lets through asks for."""

import re
from html import unescape

import pytest

from tests.web.console.acting.conftest import followed, sent

pytestmark = pytest.mark.slow  # what is approved is sent over HTTP


def words_of(page):
    """Return what stands for each write on a page."""
    return [unescape(word) for word in re.findall(r'name="write" value="([^"]*)"', page)]


async def decided(browser, page, step, **words):
    return await followed(browser, await browser.post("/approvals", {"write": words_of(page), "_do": step, **words}))


async def test_a_proposal_is_looked_at_with_all_that_it_changes_and_then_sent(browser, desk, vendor):
    window = await browser("cay")
    page = await sent(window, "/acts/tickets/update?ticket=T1", title="Plotter", technician="Dana Wolf", _do="propose")
    for told in (
        "Printer 1",
        "Plotter",
        "Dana Wolf (t2)",
        "live",
        "Update of a ticket",
        "Nothing was sent.",
        "by cay, console",
    ):
        assert told in page.text
    assert "Approve and send" not in page.text, "a coordinator proposes"
    ana = await browser("ana")
    waiting = (await ana.get("/approvals")).text
    assert "<td>Update of a ticket</td>" in waiting
    assert "cay, console" in waiting
    assert "tickets.update" not in waiting
    page = await ana.get("/approvals/1")
    assert "Workflow rules" in page.text
    page = await decided(ana, page.text, "approve")
    assert "confirmed" in page.text
    assert vendor.records["tickets"]["1"]["title"] == "Plotter"
    assert "Propose the old values again" in page.text
    page = await decided(ana, page.text, "revert")
    assert "Write 2" in page.text
    trail = (await ana.get("/lists/audit/list")).text
    assert "ana, console" in trail
    assert "user:ana" not in trail.partition("<tbody>")[2].partition("</tbody>")[0]


async def test_who_may_not_approve_is_refused_and_nothing_is_sent(browser, desk, vendor):
    await desk.tickets.update("T1", title="Plotter")
    page = await (ben := await browser("ben")).get("/approvals/1")
    assert "_do" not in page.text
    word = words_of((await (await browser("ana")).get("/approvals/1")).text)
    await ben.post("/approvals", {"write": word, "_do": "approve"}, 403)
    await (await browser("ada")).get("/approvals", 403)
    assert vendor.writes == []
    await ben.get("/approvals/1/edit", 403)


async def test_pressed_twice_it_is_approved_once_and_what_was_edited_since_is_not_approved(browser, desk, vendor):
    await desk.tickets.update("T1", title="Plotter")
    ana, max_ = await browser("ana"), await browser("max")
    seen = await max_.get("/approvals/1")
    form = await ana.get("/approvals/1/edit")
    page = await decided(ana, form.text, "edit", **{"field-title": "Scanner"})
    assert "Scanner" in page.text
    told = await max_.post("/approvals", {"write": words_of(seen.text), "_do": "approve"}, 409)
    assert "edited write 1 since it was proposed" in told.text
    assert "Scanner" in told.text, "what it is now stands beside it"
    ways = [await max_.post("/approvals", {"write": words_of(told.text), "_do": "approve"}) for _ in range(2)]
    assert len({way.headers["location"] for way in ways}) == 1
    assert "writes.approve" not in (await followed(max_, ways[0])).text
    assert len(vendor.writes) == 1
    assert vendor.records["tickets"]["1"]["title"] == "Scanner"


async def test_of_two_who_edit_the_same_the_second_undoes_nothing_unseen(browser, desk):
    await desk.tickets.update("T1", title="Plotter")
    ana, max_ = await browser("ana"), await browser("max")
    theirs = await max_.get("/approvals/1/edit")
    await decided(ana, (await ana.get("/approvals/1/edit")).text, "edit", **{"field-title": "Scanner"})
    sent = {"write": words_of(theirs.text), "_do": "edit", "field-title": "Plotter, old"}
    told = await max_.post("/approvals", sent, 409)
    assert "Somebody changed it meanwhile" in told.text
    assert (await desk.writes.show(1)).write.changes[0].after == "Scanner"


@pytest.mark.parametrize("section", [{"stop_after": 3}])
async def test_more_than_the_brake_lets_through_asks_for_the_allowance_first(browser, desk, vendor):
    for number in range(1, 6):
        await desk.tickets.update(f"T{number}", title="Plotter")
    ana = await browser("ana")
    page = await ana.get("/approvals")
    answer = await ana.post("/approvals", {"write": words_of(page.text), "_do": "approve"}, 200)
    assert "5 would go, and 3 still may" in answer.text
    assert vendor.writes == []
    told = await decided(ana, answer.text, "approve", agreed="true")
    assert told.text.count("was approved and sent") == 5
    assert len(vendor.writes) == 5


async def test_several_are_discarded_at_once(browser, desk):
    for number in (1, 2):
        await desk.tickets.update(f"T{number}", title="Plotter")
    ana = await browser("ana")
    page = await decided(ana, (await ana.get("/approvals")).text, "discard", reason="no more")
    assert page.text.count("is discarded") == 2
    assert "Nothing waits." in (await ana.get("/approvals")).text


@pytest.mark.parametrize("section", [{"approval": "another-person"}])
async def test_with_four_eyes_nobody_approves_what_they_proposed(browser, desk, vendor):
    ana = await browser("ana")
    page = await sent(ana, "/acts/tickets/update?ticket=T1", title="Plotter", _do="send")
    assert "Nothing was sent." in page.text
    answer = await ana.post("/approvals", {"write": words_of(page.text), "_do": "approve"}, 403)
    assert "another person must approve it" in answer.text
    assert vendor.writes == []
    page = await (max_ := await browser("max")).get("/approvals/1")
    assert "confirmed" in (await decided(max_, page.text, "approve")).text


async def test_a_doubt_is_settled_by_who_looked_at_the_vendor(browser, desk, vendor):
    vendor.faults.append("reset_before")
    write = await desk.tickets.log_time("T1", worked_s=900, technician="Ana Diaz", send=True)
    assert write.state == "in_doubt"
    ana = await browser("ana")
    page = await ana.get("/approvals/1")
    for said in ("Look again", "The vendor has it", "The vendor does not have it: send it again", "Leave it"):
        assert said in page.text
    page = await decided(ana, page.text, "absent", reason="not on the timesheet")
    assert "queued" in page.text
    page = await decided(ana, page.text, "retry")
    assert "confirmed" in page.text
    assert len(vendor.commits) == 1


async def test_a_conflict_shows_both_versions_and_is_written_over_only_when_somebody_says_so(browser, desk, vendor):
    await desk.tickets.update("T1", title="Plotter")
    vendor.put("tickets", "1", title="Scanner")
    ana = await browser("ana")
    page = await decided(ana, (await ana.get("/approvals/1")).text, "approve")
    assert vendor.records["tickets"]["1"]["title"] == "Scanner"
    assert "The vendor shows" in page.text
    assert "Write over what the vendor shows" in page.text
    assert "Refused, or done in part (1)" in (await ana.get("/approvals")).text
    page = await decided(ana, page.text, "retry")
    assert vendor.records["tickets"]["1"]["title"] == "Plotter"
