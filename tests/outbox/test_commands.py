"""The commands that write: what they show, what they send, and their exit codes."""

import json

import pytest
from typer.testing import CliRunner

from servicedesk_core.cli.app import build
from servicedesk_core.errors import ServiceDeskError
from tests.outbox.conftest import GRANTS

GROUPS = {
    "tickets": ("create", "update", "close", "note", "log-time"),
    "writes": ("approve", "run", "retry"),
    "assign": ("assign",),
}


@pytest.fixture
def run(vendor, store_url, tmp_path, monkeypatch):
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    grants = json.dumps([g for g in GRANTS if g != "notes.create_public"])
    connector = json.dumps(f"{Path(__file__).parent / 'acme.py'}:Acme")
    (tmp_path / "servicedesk.toml").write_text(
        f'[desk]\nstore = "{store_url}"\n[connections.psa]\nconnector = {connector}\n'
        f'url = "{vendor.url}"\nwrites = {grants}\n'
    )
    app = build()

    def run(*words):
        ran = CliRunner().invoke(app, list(words))
        if isinstance(ran.exception, ServiceDeskError):  # the program itself turns it into its code
            ran.exit_code = ran.exception.exit_code
        return ran

    return run


def test_a_change_is_shown_waits_and_is_sent_when_it_is_approved(run, vendor):
    shown = run("tickets", "update", "T1", "--status", "In Progress")
    assert shown.exit_code == 0, shown.output
    for word in ("T1 Printer 1", "Example MSP (live)", "New", "In Progress", "writes approve 1", "Workflow rules"):
        assert word in shown.output
    assert vendor.writes == []
    assert run("writes", "approve", "1").exit_code == 0
    assert len(vendor.commits) == 1
    document = json.loads(run("writes", "list", "--all", "--json").stdout)
    assert (document["schema"], document["data"]["items"][0]["state"]) == ("servicedesk.writes.list/2", "confirmed")
    assert run("audit", "verify").exit_code == 0


def test_what_was_applied_in_part_says_so_and_what_to_do(run, vendor):
    vendor.leaves_out = {"queue_ref": "No right to do that."}
    words = ("tickets", "update", "T1", "--title", "Ours", "--queue", "Projects", "--yes")
    ran = run(*words)
    assert ran.exit_code == 1, ran.output
    assert "done in part. The vendor applied title, and not queue_ref" in " ".join(ran.output.split())
    assert "no: No right to do that." in " ".join(run("writes", "show", "1").stdout.split())
    (audited,) = [
        one for one in json.loads(run("audit", "list", "--json").stdout)["data"]["items"] if "part" in one["action"]
    ]
    assert (audited["action"], audited["reason"]) == ("write.partly_applied", "partly_applied queue_ref")
    assert run("writes", "discard", "1").exit_code == 0


@pytest.mark.slow
def test_acts_on_tickets_take_the_words_of_lists_and_the_desks_zone(run, vendor):
    def wanted(*words):
        return json.loads(run("tickets", *words, "--json").stdout)["data"]["changes"]

    (due,) = wanted("update", "T1", "--due", "2026-12-02T17:00")
    assert (due["field"], due["after"]) == ("due_at", "2026-12-02T17:00:00Z")  # the desk's zone is UTC
    assert run("tickets", "update", "T1", "--due", "2026-12-02T17:00-99:00").exit_code == 2
    (assignee,) = wanted("update", "T2", "--technician", "t1")
    assert (assignee["field"], assignee["after"]) == ("assignee_ref", "t1")
    vendor.put("tickets", "4", status="Complete")
    assert run("sync").exit_code == 0
    (status,) = wanted("close", "T3")
    assert (status["field"], status["after"]) == ("status", "Complete")  # the vendor's own word for it
    nothing = run("tickets", "update", "T5")
    assert "--status" in nothing.exception.hint
    assert "already" in str(run("tickets", "update", "T5", "--technician", "none").exception)


@pytest.mark.slow
def test_time_is_logged_in_hours_for_today_and_can_be_edited_before_it_is_approved(run, vendor):
    words = ("tickets", "log-time", "T1", "0.25", "--technician", "Ana Diaz", "--summary", "Toner")
    shown = " ".join(run(*words).output.split())
    for word in ("day of work", "time worked (nothing) 15 min", "PUBLIC: the client can read it"):
        assert word in shown
    assert "equal time entry is there already" in " ".join(run(*words).output.split())
    for hours in ("inf", "nan", "1e308"):
        ran = run("tickets", "log-time", "T1", hours, "--technician", "t1")
        assert (ran.exit_code, ran.exception.code) == (2, "settings"), ran.output
    for hours in ("25", "0"):
        ran = run("tickets", "log-time", "T1", hours, "--technician", "t1")
        assert (ran.exit_code, ran.exception.code) == (1, "write"), ran.output
    assert run("tickets", "log-time", "T1", "1", "--technician", "t1", "--date", "2026-13-01").exit_code == 2
    assert run("writes", "edit", "1").exit_code == 2
    edited = " ".join(run("writes", "edit", "1", "--field", "worked_s=1800", "--reason", "longer").output.split())
    assert "30 min" in edited
    assert "writes approve 1" in edited
    assert "edited: worked_s (longer)" in run("writes", "show", "1").output
    assert run("writes", "approve", "1", "99").exit_code == 1
    assert vendor.writes == []
    assert run("writes", "approve", "1").exit_code == 0
    (entry,) = vendor.records["time_entries"].values()
    assert entry["worked_s"] == 1800
    assert run("writes", "edit", "1", "--field", "worked_s=60").exit_code == 1


@pytest.mark.slow
def test_exit_codes_say_what_became_of_it(run, vendor):
    assert run("tickets", "note", "T1", "hello", "--public").exit_code == 8
    vendor.faults.extend(["403", "422"])
    assert [run("tickets", "note", f"T{n}", "hello", "--yes").exit_code for n in (1, 2, 3)] == [4, 1, 0]
    vendor.put("tickets", "4", status="Complete")
    assert run("tickets", "update", "T4", "--status", "In Progress", "--yes").exit_code == 8
    assert run("writes", "show", "99").exit_code == 1
    misspelt = run("tickets", "update", "T5", "--status", "Complet")
    assert (misspelt.exit_code, misspelt.exception.code) == (1, "write")
    assert 'Did you mean "Complete"?' in str(misspelt.exception)


@pytest.mark.parametrize(("group", "command"), [(g, c) for g, commands in GROUPS.items() for c in commands])
def test_the_help_says_that_an_outside_system_can_change(run, group, command):
    text = " ".join(run(group, command, "--help").output.split())
    assert "changes an outside system" in text or "changes outside systems" in text


def test_a_list_takes_the_beginning_of_a_name_and_a_change_takes_the_whole_of_it(run):
    found = json.loads(run("tickets", "list", "--queue", "help", "--company", "bolt", "--json").stdout)
    assert len(found["data"]["items"]) == 5
    assert run("assign", "T1", "--to", "ana").exit_code == 1
