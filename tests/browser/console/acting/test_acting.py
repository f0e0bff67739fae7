"""Acts in a browser: two people at once, a store that another process has locked, a server that is started anew."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.browser

UPDATE = "/acts/tickets/update?ticket=T1"
LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def writes(served):
    return served.run(served.desk.writes.list(everything=True)).items


def press(page, name):
    with page.page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


@pytest.fixture
def locked(store_url):
    """Return a function that has another process lock the store, and one that ends it."""
    path, held = store_url.removeprefix("sqlite:///"), []

    def lock():
        one = subprocess.Popen([sys.executable, "-c", LOCK, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        held.append(one)
        assert one.stdout.readline() == b"locked\n"

    def unlock():
        for one in held:
            one.kill()
            one.communicate()
        held.clear()

    yield lock, unlock
    unlock()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_of_two_on_one_ticket_the_second_is_told_and_loses_nothing(served, look, vendor, script):
    ana, max_ = look("ana", UPDATE, script=script), look("max", UPDATE, script=script)
    ana.get_by_label("Title").fill("Plotter")
    press(ana, "propose and send")
    max_.get_by_label("Title").fill("Scanner")
    max_.get_by_label("Resolution").fill("Cleaned it")
    press(max_, "propose and send")
    assert "Title was Printer 1 and is Plotter" in max_.inner_text("main")
    assert max_.get_by_label("Resolution").input_value() == "Cleaned it"
    assert vendor.records["tickets"]["1"]["title"] == "Plotter"
    press(max_, "propose and send")
    served.run(served.desk.outbox.run())
    assert vendor.records["tickets"]["1"]["title"] == "Scanner"


def test_a_store_that_another_process_holds_is_waited_for(served, look, locked):
    lock, unlock = locked
    page = look("ana", UPDATE)
    page.get_by_label("Title").fill("Plotter")
    lock()
    with page.page.expect_navigation():
        page.get_by_role("button", name="propose").first.click(no_wait_after=True)
        page.page.wait_for_timeout(500)  # the form waits at the server by now
        unlock()
    assert "Plotter" in page.inner_text("main")
    assert [one.kind for one in writes(served)] == ["tickets.update"]


def test_a_store_that_stays_locked_is_said_and_nothing_is_half_done(monkeypatch, starting, look_at, locked):
    monkeypatch.setattr("servicedesk_core.store.connecting.BUSY_TIMEOUT_S", 0.5)
    lock, unlock = locked
    with starting() as served:
        page = look_at(served, "ana", UPDATE)
        page.get_by_label("Title").fill("Plotter")
        lock()
        press(page, "propose")
        assert "locked" in page.inner_text("main")
        unlock()
        assert writes(served) == ()
        page.page.go_back()
        page.get_by_label("Title").fill("Plotter")
        press(page, "propose")
        assert "Plotter" in page.inner_text("main")
        assert len(writes(served)) == 1


def test_a_form_that_was_open_while_the_server_was_started_anew_is_done_once(starting, look_at):
    with starting() as served:
        page = look_at(served, "ana", UPDATE)
        page.get_by_label("Title").fill("Plotter")
    with starting(served.port) as again:
        press(page, "propose")
        assert "Plotter" in page.inner_text("main")
        page.page.go_back()
        assert page.get_by_label("Title").count() == 0, "who goes back sees what became of it"
        assert len(writes(again)) == 1


def test_without_script_rows_are_chosen_for_an_act_and_it_is_approved(served, look, vendor):
    page = look("ana", "/lists/tickets/list", script=False)
    for row in page.locator("[data-row]").all()[:2]:
        row.locator("input[type=checkbox]").check()
    press(page, "Change")
    assert page.locator("p.about").count() == 2, "it says what it is about"
    page.page.go_back()
    assert page.locator("[data-row]").count() > 2, "back leads to the list, and nothing is sent again"
    page.page.go_forward()
    page.get_by_label("Technician").select_option(label="Dana Wolf")
    press(page, "propose")
    assert "2 proposed." in page.inner_text("main")
    page.to("/approvals")
    for row in page.locator("[data-row]").all():
        row.locator("input[type=checkbox]").check()
    press(page, "Approve and send")
    served.run(served.desk.outbox.run())
    given = [one for one in vendor.records["tickets"].values() if one.get("assignee_ref") == "t2"]
    assert len(given) == 2
