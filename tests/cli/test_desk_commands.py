"""The commands that work on a desk, from the first sync to the export."""

import csv
import io
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.schemas import documents
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import MappingIssue
from servicedesk_core.store import Store, issues


@pytest.fixture
def synced(run, acme):
    assert run("sync", "psa").code == 0
    return acme


def document(ran, name):
    assert ran.code == 0, ran.err
    shape = documents()[name]
    assert ran.json["schema"] == f"servicedesk.{name}/{shape.version}"
    return ran.json["data"]["items"] if shape.many else ran.json["data"]


def test_sync_says_first_that_it_only_reads_and_then_what_came(run, acme):
    ran = run("sync", "psa")
    assert ran.err.startswith("sync only reads")
    assert "tickets" in ran.out
    assert "30" in ran.out


def test_sync_json_holds_the_report_and_nothing_else(run, acme):
    [outcome] = document(run("sync", "--json"), "sync")
    assert outcome["error"] is None
    streams = {stream["stream"]: stream for stream in outcome["report"]["streams"]}
    assert (streams["tickets"]["new"], streams["tickets"]["state"]) == (30, "complete")


def test_a_second_sync_brings_nothing_twice(run, synced):
    [outcome] = document(run("sync", "psa", "--json"), "sync")
    assert sum(stream["new"] for stream in outcome["report"]["streams"]) == 0
    assert len(document(run("tickets", "list", "--json"), "tickets.list")["items"]) == 30


def test_a_plan_counts_and_stores_nothing(run, acme):
    [outcome] = document(run("sync", "psa", "--plan", "--json"), "sync.plan")
    assert {s["stream"]: s["records"] for s in outcome["plan"]["streams"]} == {"companies": 30, "tickets": 30}
    assert document(run("status", "--json"), "status")["streams"] == []
    assert outcome["plan"]["history_requests"] == 0
    out = run("sync", "psa", "--plan").out
    assert "Requests" in out
    assert "Cannot be counted" not in out
    assert "history" not in out


def test_a_dry_run_stores_nothing(run, acme):
    [outcome] = document(run("sync", "psa", "--dry-run", "--json"), "sync")
    assert outcome["report"]["dry_run"] is True
    assert document(run("status", "--json"), "status")["streams"] == []


def test_only_some_streams(run, acme):
    [outcome] = document(run("sync", "psa", "--only", "companies", "--json"), "sync")
    assert [stream["stream"] for stream in outcome["report"]["streams"]] == ["companies"]


def test_status_shows_data_words_without_meaning_and_blocked_connections(run, acme):
    acme.configure(mapping="")
    assert run("sync", "psa").code == 0
    state = document(run("status", "--json"), "status")
    assert {stream["stream"]: stream["records"] for stream in state["streams"]}["tickets"] == 30
    assert [(i["kind"], i["value"]) for i in state["issues"]] == [("unmapped_status", "New")]
    assert "[connections.psa.mapping.status]" in run("status").out
    assert "servicedesk remap" in run("status").out
    [tickets] = [stream for stream in state["streams"] if stream["stream"] == "tickets"]
    assert tickets["last_state"] == "complete"


def test_status_tells_words_to_map_from_values_that_cannot_be_mapped(run, synced):
    with Store.open(f"sqlite:///{synced.folder}/servicedesk.db", clock=SystemClock()) as store:
        found = {
            "1": [
                MappingIssue(kind="unmapped_status", field="status", value="Frozzled"),
                MappingIssue(kind="unknown_picklist_value", field="source", value="Pigeon"),
                MappingIssue(kind="implausible_date", field="due_at", value="0001-01-01"),
            ]
        }
        store.write_blocking(lambda tx: issues.note(tx, 1, "tickets", ["1"], found))
    out = run("status").out
    to_map, unexplained, impossible = (
        out.index(word) for word in ("servicedesk remap", "own lists", "cannot be right")
    )
    assert to_map < out.index("Frozzled") < unexplained < out.index("Pigeon") < impossible < out.index("0001-01-01")


def test_a_quiet_sync_that_completes_prints_nothing(run, acme):
    ran = run("--quiet", "sync")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert run("--quiet", "sync", "--json").json["data"]


def test_a_quiet_sync_that_does_not_complete_says_why(run, acme):
    acme.configure(behaviour="breaks")
    ran = run("--quiet", "sync")
    assert ran.code != 0
    assert "failed" in ran.out
    assert "Acme went away." in ran.err


def test_remap_gives_words_their_new_meaning_without_the_vendor(run, acme):
    acme.configure(mapping="")
    run("sync", "psa")
    acme.configure(behaviour="down")
    [outcome] = document(run("remap", "psa", "--json"), "remap")
    assert {s["stream"]: s["changed"] for s in outcome["report"]["streams"]}["tickets"] == 30
    rows = document(run("tickets", "list", "--status", "new", "--json"), "tickets.list")["items"]
    assert len(rows) == 30


def test_tickets_are_found_by_filter_and_shown_whole(run, synced):
    rows = document(run("tickets", "list", "--search", "A12", "--json"), "tickets.list")["items"]
    assert [row["number"] for row in rows] == ["A12"]
    assert rows[0]["url"] == "https://acme.example.com/12"
    assert document(run("tickets", "list", "--watch", "new", "--limit", "5", "--json"), "tickets.list")["next"]
    ticket = document(run("tickets", "show", "A12", "--json"), "tickets.show")
    assert ticket["ticket"]["status_category"] == "new"
    assert "https://acme.example.com/12" in run("tickets", "show", "12").out


def test_filters_take_the_words_that_lists_show_and_how_they_begin(run, synced):
    def numbers(*words):
        return {row["number"] for row in document(run("tickets", "list", *words, "--json"), "tickets.list")["items"]}

    shown = document(run("tickets", "list", "--json"), "tickets.list")["items"]
    for status in {row["status"] for row in shown}:
        same = {row["number"] for row in shown if row["status"] == status}
        assert numbers("--status", status.upper()) >= same
        assert numbers("--status", status[:4]) >= same
    assert numbers("--status", "n") == numbers("--status", "new") | numbers("--status", "needs")
    assert numbers("--priority", "p") == {row["number"] for row in shown if row["priority"]}


def test_an_unknown_ticket_status_or_stream_says_what_there_is(run, synced):
    assert run("tickets", "show", "nope").code == exit_codes.ERROR
    ran = run("tickets", "list", "--status", "clsed")
    assert (ran.code, 'Did you mean "closed"' in ran.err) == (exit_codes.USAGE, True)
    for option, word, told in (
        ("--company", "Clint 1", 'There is no client "Clint 1". Did you mean "Client 1"?'),
        ("--technician", "Robin", 'There is no technician "Robin".'),
        ("--priority", "P9", "There are: P1, P2, P3, P4, P5, none."),
    ):
        ran = run("tickets", "list", option, word)
        assert (ran.code in {exit_codes.ERROR, exit_codes.USAGE}, told in ran.err) == (True, True), ran.err
    ran = run("export", "tickts")
    assert (ran.code, 'Did you mean "tickets"' in ran.err) == (exit_codes.USAGE, True)
    ran = run("sync", "psb")
    assert (ran.code, 'Did you mean "psa"' in ran.err) == (exit_codes.USAGE, True)


def test_instants_are_shown_in_the_zone_of_the_desk_and_are_exact_in_json(run, synced):
    settings = synced.folder / "servicedesk.toml"
    settings.write_text(settings.read_text().replace("[desk]\n", '[desk]\ntimezone = "Asia/Kathmandu"\n'))
    found = document(run("jobs", "list", "--json"), "jobs.list")
    due = max(datetime.fromisoformat(job["next_at"]) for job in found if job["next_at"])
    assert f"{due.astimezone(ZoneInfo('Asia/Kathmandu')):%Y-%m-%d %H:%M}" in run("jobs", "list").out
    assert "+0545" in run("status").out


def test_an_empty_list_says_what_would_fill_it_and_leaves_standard_output_empty(run, synced):
    for command, words in {
        ("quarantine", "list"): "in quarantine",
        ("tickets", "list", "--search", "no such words"): "shown with --all",
        ("tickets", "list", "--search", "no such words", "--all"): "servicedesk status says",
        ("claims", "list"): "--all",
        ("warranty", "missed"): "No hardware incident of a known device.",
        ("warranty", "expiring"): "No cover ends that soon.",
        ("claims", "list", "--all"): "claims propose",
        ("writes", "list"): "--all",
        ("writes", "list", "--all"): "tickets note",
    }.items():
        ran = run(*command)
        assert (ran.code, ran.out) == (0, "")
        assert words in ran.err


def test_what_is_not_understood_is_kept_shown_and_tried_again(run, acme):
    acme.configure(behaviour="odd")
    assert run("sync", "psa").code == 0
    [record] = document(run("quarantine", "list", "--json"), "quarantine.list")["items"]
    assert (record["external_id"], record["raw"]) == ("7", None)
    number = str(record["id"])
    assert document(run("quarantine", "show", number, "--json"), "quarantine.show")["raw"] == {"n": 7}
    assert document(run("quarantine", "retry", "--json"), "quarantine.retry") == {"released": 0, "kept": 1}
    acme.configure()
    assert document(run("quarantine", "retry", number, "--json"), "quarantine.retry") == {"released": 1, "kept": 0}
    assert document(run("quarantine", "list", "--json"), "quarantine.list") == {"items": [], "next": None}


def test_dropping_asks_first(run, acme):
    acme.configure(behaviour="odd")
    run("sync", "psa")
    assert run("quarantine", "drop", "1").code == exit_codes.REFUSED
    for wrong in ("99", "99999999999999999999"):
        ran = run("quarantine", "drop", "1", wrong, "--yes")
        assert (ran.code, "not_found_locally" in ran.err) == (exit_codes.ERROR, True), (
            "one that is not there: none goes"
        )
    assert document(run("quarantine", "drop", "1", "--yes", "--json"), "quarantine.drop") == {"dropped": 1}


def test_a_question_without_an_answer_ends_its_line(run, acme, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    ran = run("quarantine", "drop", "1")
    assert ran.code == exit_codes.REFUSED
    assert "Forget 1 quarantined record for good? [y/N] \nError: Nothing was done." in ran.err


def test_export_writes_every_record_as_csv_and_as_jsonl(run, synced):
    rows = list(csv.DictReader(io.StringIO(run("export", "tickets").out)))
    assert {row["external_id"] for row in rows} == {str(n) for n in range(30)}
    lines = [json.loads(line) for line in run("export", "tickets", "--format", "jsonl").out.splitlines()]
    assert len(lines) == 30
    assert lines[0]["is_open"] is True
    assert lines[0]["custom_fields"] == {}


def test_an_export_file_appears_only_when_it_is_complete(run, synced):
    target = synced.folder / "out.jsonl"
    assert run("export", "tickets", "-o", str(target)).code == 0
    assert len(target.read_text().splitlines()) == 30
    assert run("export", "tickets", "-o", str(synced.folder / "missing" / "out.csv")).code == exit_codes.USAGE
    assert {path.name for path in synced.folder.iterdir() if "out" in path.name} == {"out.jsonl"}


def test_the_desk_report_has_the_same_numbers_everywhere(run, synced):
    data = document(run("report", "desk", "--json"), "report.desk")
    assert data["numbers"]["open"]["count"] == 30
    assert "Open tickets: 30" in run("report", "desk").out
    assert run("report", "desk", "--html", "desk.html").code == 0
    assert ">30<" in (synced.folder / "desk.html").read_text()


def test_connections_are_listed_and_tested(run, acme):
    [listed] = document(run("connections", "list", "--json"), "connections.list")
    assert (listed["name"], listed["blocked_reason"]) == ("psa", None)
    [check] = document(run("connections", "test", "psa", "--json"), "connections.test")
    streams = {stream["stream"]: stream for stream in check["streams"]}
    assert "hidden" in streams["companies"]["note"]
    assert streams["tickets"]["visible"] == 30
    assert ["State", "ok"] in [line.split() for line in run("connections", "test", "psa").out.splitlines()]


def test_a_change_is_shown_with_names_and_unknown_ids_as_they_are():
    from servicedesk_core.cli.shell.context import Cli
    from servicedesk_core.features.tickets.pages import _change

    names = {"technicians": {"9": "Robin"}}
    assert _change(Cli(), {"assignee_ref": "9", "queue_ref": "7", "status": ""}, names) == "technician: Robin, queue: 7"
    said = {"status": "Dispatched", "status_category": "scheduled", "priority": "", "priority_name": "Low"}
    assert _change(Cli(), said, names) == "status: Dispatched, priority name: Low"


def test_a_stream_that_does_not_exist_is_told_with_the_nearest(run, acme):
    assert 'Did you mean "tickets"' in run("sync", "--only", "tickts").err


def test_a_write_that_none_of_several_connections_grants_is_told_as_that(run, acme):
    acme.configure(extra='[connections.log]\nconnector = "tabular"\nmapping_file = "steps.toml"\n')
    ran = run("tickets", "create", "Printer offline", "--company", "Client 1")
    assert ran.code == exit_codes.REFUSED
    assert 'No connection grants "tickets.create".' in ran.err


def test_listing_connections_makes_no_store(run, acme):
    (acme.folder / "servicedesk.db").unlink()
    [listed] = document(run("connections", "list", "--json"), "connections.list")
    assert (listed["name"], listed["account"]) == ("psa", None)
    assert not (acme.folder / "servicedesk.db").exists()


def test_status_before_the_first_sync_says_what_to_do(run, acme):
    ran = run("status")
    assert (ran.code, "servicedesk sync" in ran.err) == (exit_codes.OK, True)


def test_events_that_the_desk_derived_are_not_shown_as_missing(run, synced):
    streams = {one["stream"]: one for one in document(run("status", "--json"), "status")["streams"]}
    assert (streams["ticket_events"]["derived"], streams["tickets"]["derived"]) == (True, False)
    assert "not yet" not in run("status").out


def test_what_is_folded_from_a_log_is_not_shown_as_missing(run, acme):
    (acme.folder / "steps.csv").write_text("case,at\nC-1,2026-03-02T08:15:00Z\n")
    (acme.folder / "steps.toml").write_text(
        '[[files]]\npath = "steps.csv"\nlayout = "event"\n[files.columns]\nticket_ref = "case"\neffective_at = "at"\n'
    )
    (acme.folder / "servicedesk.toml").write_text(
        '[desk]\nname = "Example MSP"\n[connections.log]\nconnector = "tabular"\nmapping_file = "steps.toml"\n'
    )
    assert run("sync").code == 0
    assert {one["stream"]: one["derived"] for one in document(run("status", "--json"), "status")["streams"]} == {
        "tickets": True,
        "ticket_events": False,
    }
    assert "Everything asked for is here. It was read just now" in run("report", "desk").out


@pytest.mark.slow
def test_the_store_is_measured_verified_and_backed_up(run, synced):
    assert document(run("store", "size", "--json"), "store.size")["rows"]["tickets"] == 30
    assert document(run("store", "verify", "--json"), "store.verify")["sound"] is True
    made = document(run("store", "backup", "copy.db", "--json"), "store.backup")
    assert made["bytes"] == (synced.folder / "copy.db").stat().st_size
    assert run("store", "backup", "copy.db").code == exit_codes.STORE
    assert document(run("store", "upgrade", "--yes", "--json"), "store.upgrade")["schema"] >= 1


def test_every_document_has_a_shape_that_exists():
    for name, document_ in documents().items():
        assert document_.about, name
        shape = getattr(document_.type, "__origin__", document_.type)
        assert shape.__doc__, name


TIMES = """
[desk]
name = "Example MSP"

[connections.log]
connector = "tabular"

[[connections.log.files]]
path = "tickets.csv"
stream = "tickets"
columns = { external_id = "id", status = "state", estimated_s = { column = "plan", unit = "hours" } }

[[connections.log.files]]
path = "times.csv"
stream = "time_entries"
columns = { external_id = "id", ticket_ref = "ticket", worked_s = { column = "h", unit = "hours" }, summary = "text" }

[connections.log.mapping.status]
Open = "in_progress"
"""


@pytest.fixture
def timed(run, acme):
    (acme.folder / "servicedesk.toml").write_text(TIMES)
    (acme.folder / "tickets.csv").write_text("id,state,plan\nA,Open,4.75\nB,Open,\nC,Open,0.5\nD,Open,\n")
    hours = {"A": ("1", "0.5", "0.25", "0.75", "3"), "B": ("",), "C": ("0.25", "?")}
    rows = [(ticket, hour) for ticket, worked in hours.items() for hour in worked]
    lines = [f"{number},{ticket},{hour},entry {number}" for number, (ticket, hour) in enumerate(rows)]
    (acme.folder / "times.csv").write_text("\n".join(("id,ticket,h,text", *lines, "")))
    assert run("sync").code == 0
    return run


def test_time_is_shown_to_the_minute_and_adds_up(timed):
    out = timed("tickets", "show", "A").out
    assert "5 h 30 min of 4 h 45 min planned" in out
    for number, hours in enumerate(("1 h", "30 min", "15 min", "45 min", "3 h")):
        assert any(hours in line and f"entry {number}" in line for line in out.splitlines())
    assert "5 h 30 min of 4 h 4" in timed("report", "desk").out


def test_hours_that_nobody_said_are_unknown_and_never_nothing(timed):
    out = timed("tickets", "show", "B").out
    assert [line.split() for line in out.splitlines() if "unknown" in line] == [
        ["Worked", "unknown"],
        ["unknown", "entry", "5"],
    ]
    assert "≥ 15 min of 30 min planned" in timed("tickets", "show", "C").out
    assert "0 h" in timed("tickets", "show", "D").out
    page = document(timed("tickets", "list", "--json"), "tickets.list")
    assert {row["external_id"]: (row["worked_s"], row["untimed_entries"]) for row in page["items"]} == {
        "A": (19_800, 0), "B": (None, 1), "C": (900, 1), "D": (0, 0),
    }  # fmt: skip
