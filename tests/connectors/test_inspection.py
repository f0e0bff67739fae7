"""Files nobody has seen: what is proposed for them works, and what does not fit is named."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servicedesk_core.connectors.tabular import load_mapping
from servicedesk_core.connectors.tabular.hints import category_of, priority_of
from servicedesk_core.connectors.tabular.inspect import check_mapping, propose_mapping, to_toml
from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.errors import SettingsError

STEPS = ("Opened", "Assigned", "Work in progress", "Waiting for customer", "Resolved", "Closed")


def made_up(count: int = 40) -> list[dict[str, Any]]:
    chance = random.Random(7)
    found = []
    for case in range(count):
        at = datetime(2024, 1, 1, 8, tzinfo=UTC) + timedelta(hours=chance.randrange(5_000))
        for step in STEPS[: chance.randrange(3, 7)]:
            at += timedelta(minutes=chance.randrange(1, 3_000))
            found.append({
                "at": at, "case": f"INC{case:05}", "step": step, "who": chance.choice(["Ana", "Ben", "Cy"]),
                "team": chance.choice(["North", "South"]), "prio": ("High", "Low")[case % 2], "tool": "desk",
            })  # fmt: skip
    return found


def table(
    rows: list[dict[str, Any]],
    time: str,
    sign: str = ",",
    header: str = "Ticket No,When,Status,Agent,Team,Priority,Tool",
):
    lines = [header.replace(",", sign)] if header else []
    for row in rows:
        at = str(int(row["at"].timestamp()) * 1000) if time == "ms" else row["at"].strftime(time)
        cells = (row["case"], at, row["step"], row["who"], row["team"], row["prio"], row["tool"])
        lines.append(sign.join(cells))
    return "\n".join(lines) + "\n"


def shuffled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return random.Random(1).sample(rows, len(rows))


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("iso.csv", table(made_up(), "%Y-%m-%dT%H:%M:%SZ"), "utf-8"),
        ("bom.csv", table(made_up(), "%Y-%m-%d %H:%M:%S"), "utf-8-sig"),
        ("excel.txt", table(made_up(), "%Y-%m-%d %H:%M:%S", "\t"), "utf-16"),
        ("day.csv", table(made_up(), "%d/%m/%Y %H:%M", ";"), "utf-8"),
        ("month.csv", table(made_up(), "%m/%d/%Y %I:%M:%S %p"), "utf-8"),
        ("dots.csv.gz", table(made_up(), "%d.%m.%Y, %H:%M", ";"), "utf-8"),
        ("slashes.csv", table(made_up(), "%Y/%m/%d %H:%M:%S.000", "|"), "utf-8"),
        ("epoch.csv", table(made_up(), "ms"), "utf-8"),
        ("scattered.csv", table(shuffled(made_up()), "%Y-%m-%d %H:%M:%S"), "utf-8"),
        ("latin.csv", table(made_up(), "%Y-%m-%d %H:%M").replace("Ana", "Åsa"), "latin-1"),
        ("marked.csv", table(made_up(), "%Y-%m-%d %H:%M").replace(",Ana,", ",?,"), "utf-8"),
        ("twice.csv", table(made_up() * 2, "%Y-%m-%d %H:%M"), "utf-8"),
        ("bare.csv", table(made_up(), "%Y-%m-%d %H:%M", header=""), "utf-8"),
    ],
)  # fmt: skip
def test_a_log_of_any_shape_gets_a_working_proposal(logs, tmp_path, name, text, encoding):
    path = logs.write(tmp_path / name, text.replace("\t,", "\t"), encoding=encoding)
    proposal = propose_mapping(path)
    report = check_mapping(path, proposal.mapping)
    assert proposal.mapping.layout == "event"
    assert report.problems == ()
    assert report.tickets == 40
    assert report.rows == len(made_up()) * (2 if name.startswith("twice") else 1)
    if name != "bare.csv":
        columns = {field: rule.column for field, rule in proposal.mapping.columns.items()}
        assert columns == {
            "ticket_ref": "Ticket No",
            "effective_at": "When",
            "vendor_word": "Status",
            "actor_ref": "Agent",
        }
        assert proposal.mapping.words["Waiting for customer"].status_category is StatusCategory.WAITING_CUSTOMER
        assert proposal.mapping.ticket["priority"].values == {"High": "P2", "Low": "P4"}
        assert report.ignored == ("Tool",)
        assert "The same on every row, left out: Tool." in proposal.notes


def test_the_times_of_a_proposal_are_right(logs, tmp_path):
    for pattern in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:00+00:00"):
        path = logs.write(tmp_path / "log.csv", table(made_up(), pattern))
        report = check_mapping(path, propose_mapping(path).mapping, preview=1)
        assert report.preview[0]["effective_at"] == made_up()[0]["at"].strftime("%Y-%m-%dT%H:%M:00Z")


def test_days_and_months_that_cannot_be_told_apart_are_named(logs, tmp_path):
    rows = [{**row, "at": row["at"].replace(day=row["at"].day % 12 + 1)} for row in made_up()]
    proposal = propose_mapping(logs.write(tmp_path / "log.csv", table(rows, "%d/%m/%Y %H:%M")))
    assert any("day and month could be the other way round" in note for note in proposal.notes)


def test_times_without_a_zone_are_named(logs, tmp_path):
    naive = propose_mapping(logs.write(tmp_path / "a.csv", table(made_up(), "%Y-%m-%d %H:%M")))
    zoned = propose_mapping(logs.write(tmp_path / "b.csv", table(made_up(), "%Y-%m-%d %H:%M+01:00")))
    assert any("carries no zone" in note for note in naive.notes)
    assert not any("carries no zone" in note for note in zoned.notes)


def test_final_values_are_told_from_what_happened(logs, tmp_path):
    lines = ["Case ID,Activity,Timestamp,Closed Date"]
    lines += [
        f"{r['case']},{r['step']},{r['at']:%Y-%m-%d %H:%M},2025-01-0{int(r['case'][-1]) % 9 + 1}" for r in made_up()
    ]
    mapping = propose_mapping(logs.write(tmp_path / "log.csv", "\n".join(lines))).mapping
    assert mapping.columns["effective_at"].column == "Timestamp"
    assert (mapping.ticket["closed_at"].column, mapping.ticket["closed_at"].take) == ("Closed Date", "final")


def test_jsonl_with_nested_objects_is_recognised(logs, tmp_path):
    lines = [
        f'{{"ticket": {{"id": "{r["case"]}"}}, "event": "{r["step"]}", "time": "{r["at"].isoformat()}", "n": {n}}}'
        for n, r in enumerate(made_up())
    ]
    path = logs.write(tmp_path / "log.jsonl", "\n".join(lines))
    mapping = propose_mapping(path).mapping
    assert mapping.columns["ticket_ref"].column == "ticket.id"
    assert mapping.columns["vendor_word"].column == "event"
    assert check_mapping(path, mapping).tickets == 40


RECORDS = {
    "tickets": (
        "Ticket ID,Title,Status,Opened",
        "T{n},Printer {n},{s},2024-01-{d:02}",
        {"title": "Title", "status": "Status", "created_at": "Opened"},
    ),
    "assets": (
        "Asset ID,Serial Number,Model,Warranty end",
        "A{n},SN{n},M{d},2026-01-{d:02}",
        {"serial_number": "Serial Number", "model": "Model", "warranty_until": "Warranty end"},
    ),
    "contacts": (
        "ID,First Name,Last Name,E-mail",
        "{n},Ana{n},Example{n},a{n}@example.com",
        {"first_name": "First Name", "email": "E-mail"},
    ),
    "companies": (
        "Customer ID;Customer Name;City",
        "{n};Acme {n};Town {d}",
        {"name": "Customer Name", "city": "City"},
    ),
}


@pytest.mark.parametrize("stream", RECORDS)
def test_files_of_records_are_recognised(logs, tmp_path, stream):
    head, row, expected = RECORDS[stream]
    lines = [head] + [row.format(n=n, d=n % 27 + 1, s=("New", "Closed")[n % 2]) for n in range(1, 60)]
    path = logs.write(tmp_path / "records.csv", "\n".join(lines))
    mapping = propose_mapping(path).mapping
    assert (mapping.layout, mapping.stream) == ("record", stream)
    assert expected.items() <= {field: rule.column for field, rule in mapping.columns.items()}.items()
    assert mapping.columns["external_id"].column == head.replace(";", ",").split(",", 1)[0]
    report = check_mapping(path, mapping)
    assert (report.rows, report.problems) == (59, ())


TICKET_LIST = (
    "Ticket;Title;Client;Team;State;Opened\n1001;Printer;Bakery;Helpdesk;Open;02.03.2026 08:15\n"
    "1002;Laptop;Dental;Projects;Closed;27.02.2026 11:02\n1003;Mailbox;Bakery;Helpdesk;Closed;25.02.2026 14:30\n"
)


def test_a_list_of_tickets_is_no_log_although_clients_repeat(logs, tmp_path):
    mapping = propose_mapping(logs.write(tmp_path / "tickets.csv", TICKET_LIST)).mapping
    assert (mapping.layout, mapping.stream) == ("record", "tickets")
    columns = {field: rule.column for field, rule in mapping.columns.items()}
    assert (columns["external_id"], columns["company_ref"], columns["status"]) == ("Ticket", "Client", "State")


def test_so_many_rows_are_shown_each_with_what_comes_by_the_way(logs, tmp_path):
    path = logs.write(tmp_path / "tickets.csv", TICKET_LIST)
    shown = check_mapping(path, propose_mapping(path).mapping, preview=2).preview
    assert [one["external_id"] for one in shown if one["stream"] == "tickets"] == ["1001", "1002"]
    assert [one["name"] for one in shown if one["stream"] == "companies"] == ["Bakery", "Dental"]


def test_problems_are_counted_with_their_first_lines(logs, tmp_path):
    text = (
        "case,step,who,at\nT1,open,Ana,2024-01-01\nT1,dance,Ana,later\nT1,dance,Ana,2024-01-02\nT1\n"
        + "T2,dance,,x\n" * 7
    )
    path = logs.write(tmp_path / "log.csv", text)
    (tmp_path / "mapping.toml").write_text(
        '[[files]]\npath = "log.csv"\nlayout = "event"\n[files.columns]\n'
        'ticket_ref = "case"\neffective_at = "at"\nvendor_word = "step"\n[files.words]\nopen = "new"\n'
    )
    report = check_mapping(path, load_mapping(tmp_path / "mapping.toml")[0])
    assert [(problem.count, problem.lines) for problem in report.problems] == [
        (8, (3, 6, 7, 8, 9)),
        (1, (4,)),
        (1, (5,)),
    ]
    assert "time of the declared format" in report.problems[0].text
    assert report.problems[1].text == 'vendor_word: "dance" has no meaning in the mapping'
    assert report.ignored == ("who",)
    assert (report.rows, report.tickets) == (11, 1)


def test_a_proposal_written_as_toml_reads_back_as_the_same_mapping(logs, tmp_path):
    path = logs.write(tmp_path / "log.csv", table(made_up(), "%d/%m/%Y %H:%M", ";").replace("Work in", 'Wörk "in"'))
    mapping = propose_mapping(path).mapping
    (tmp_path / "mapping.toml").write_text(to_toml(mapping), encoding="utf-8")
    assert load_mapping(tmp_path / "mapping.toml") == (mapping,)


def test_the_file_of_the_guide_is_understood():
    """Few rows, nearly each with a step of its own: what whoever follows the guide tries first."""
    mapping = propose_mapping(Path(__file__).parents[2] / "docs" / "examples" / "steps.csv").mapping
    assert {field: rule.column for field, rule in mapping.columns.items()} == {
        "ticket_ref": "case",
        "effective_at": "at",
        "vendor_word": "step",
        "actor_ref": "who",
    }
    assert mapping.words["waiting for client"].status_category is StatusCategory.WAITING_CUSTOMER


@pytest.mark.parametrize("text", ["", "case,step,at\n"])
def test_nothing_is_proposed_for_a_file_without_rows(logs, tmp_path, text):
    with pytest.raises(SettingsError, match="no rows"):
        propose_mapping(logs.write(tmp_path / "log.csv", text))


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("Awaiting Assignment", "new"), ("Pending - Vendor", "waiting_vendor"), ("Waiting Parts", "waiting_parts"),
        ("Awaiting approval", "waiting_approval"), ("On Hold", "on_hold"), ("Reopened", "in_progress"),
        ("Cancelled", "cancelled"), ("DUPLICATE", "merged"), ("Completed", "closed"), ("Scheduled", "scheduled"),
        ("xyz", None),
    ],
)  # fmt: skip
def test_guesses_of_status_words(word, category):
    assert category_of(word) == category


def test_the_name_that_says_most_gives_the_priority_and_the_person(logs, tmp_path):
    lines = ["case,at,step,impact,priority,user,assignee"]
    for number, row in enumerate(made_up(), 1):
        impact, priority = ("1", "2")[number % 2], ("High", "Low")[int(row["case"][-1]) % 2]
        lines.append(
            f"{row['case']},{row['at']:%Y-%m-%d %H:%M},{row['step']},{impact},{priority},u{number % 9},Ana {number % 3}"
        )
    mapping = propose_mapping(logs.write(tmp_path / "log.csv", "\n".join(lines))).mapping
    assert mapping.ticket["priority_name"].column == "priority"
    assert mapping.columns["actor_ref"].column == "assignee"


def test_guesses_of_priorities():
    assert [priority_of(word) for word in ("Critical", "2 - High", "Normal", "low", "?")] == [*list(Priority)[:4], None]
