"""Odd files nobody has seen: what is proposed for them is what a person would write, and what is odd is named."""

import cProfile
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.connectors.tabular import load_mapping
from servicedesk_core.connectors.tabular.inspect import check_mapping, propose_mapping, to_toml
from servicedesk_core.connectors.tabular.patterns import is_named_like_time
from servicedesk_core.domain import StatusCategory
from servicedesk_core.errors import SettingsError

HEAD = "Ticket ID,Subject,Status,Company,Opened\n"
LINES = [f"{1001 + n},Printer {n % 7} jams,Open,Client {n % 5},2026-03-{n % 28 + 1:02} 09:00\n" for n in range(40)]


def proposed(logs, path, text, encoding="utf-8"):
    proposal = propose_mapping(logs.write(path, text, encoding=encoding))
    return proposal, check_mapping(path, proposal.mapping, preview=100)


def tickets(report):
    return [one["external_id"] for one in report.preview if one["stream"] == "tickets"]


def with_line(line):
    return HEAD + "".join([*LINES[:20], line, *LINES[20:]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "".join(LINES), None),
        (HEAD + "".join(LINES) + ",,,,\n" * 30, None),
        (with_line(" , ,\t,,\n"), None),
        (with_line("1003,Printer 3 jams,Closed,Client 3,2026-03-04 09:00\n"), "comes again on line 22"),
        (with_line(",20 tickets,,,\n"), "is empty or comes again on line 22"),
        (with_line("-,20 tickets,,,\n"), "is empty or comes again on line 22"),
        (with_line(HEAD), "named once more on line 22"),
        ("Tickets of Example MSP\n\n" + HEAD + "".join(LINES), None),
        ("Tickets,,,,\nfrom,2026-03-01,,,\n" + HEAD + "".join(LINES), None),
        ('"sep=,"\nTickets,,,,\n' + HEAD + "".join(LINES), None),
    ],
)
def test_a_list_stays_a_list_whatever_stands_between_its_rows(logs, tmp_path, text, said):
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    assert (proposal.mapping.layout, proposal.mapping.columns["external_id"].column) == ("record", "Ticket ID")
    assert tickets(report) == [str(1001 + n) for n in range(40)]
    assert [note for note in proposal.notes if "line 22" in note and said and said in note] or not said
    assert not any("line" in note for note in proposal.notes if not said)


@pytest.mark.parametrize(
    "odd", [",6 tickets,,,\n", "1003,Printer,Closed,Client 3,2026-03-09 09:00\n", HEAD, ",,,,\n\n"]
)
def test_a_short_list_stays_a_list(logs, tmp_path, odd):
    proposal, report = proposed(logs, tmp_path / "list.csv", HEAD + "".join(LINES[:6]) + odd)
    assert (proposal.mapping.layout, proposal.mapping.columns["external_id"].column) == ("record", "Ticket ID")
    assert tickets(report) == [str(1001 + n) for n in range(6)]


def test_one_repeated_id_of_many_does_not_make_a_key_of_a_unique_text(logs, tmp_path):
    text = "Ticket ID,Subject,Status\n" + "".join(f"{n},Subject {n},Open\n" for n in range(30)) + "7,Another,Closed\n"
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    assert proposal.mapping.columns["external_id"].column == "Ticket ID"
    assert len(tickets(report)) == 30


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "has no rows"),
        ("a.csv", "id,step,at\n,,\n", "has no rows"),
        (
            "a.csv",
            "id,name\n" + "".join(f"{n},a,b\n" for n in range(9)),
            "line 1 names 2 columns, the rows have 3 cells",
        ),
        ("a.csv", "title\n\nid,b,c\n" + "1,2\n" * 9, "line 3 names 3 columns, the rows have 2 cells"),
        ("a.json", '[\n{"id": 1},\n{"id": 2}\n]\n', "is one JSON array"),
        ("a.jsonl", '[{"id": 1}, {"id": 2}]', "is one JSON array"),
        ("a.json", '{\n "tickets": [\n 1\n ]\n}', "No line of a.json is a JSON object"),
        ("a.csv", "step,who\nopen,Ana\nopen,Ana\nclose,Ben\n", "neither a column that tells its rows apart"),
    ],
)
def test_a_file_without_usable_rows_says_what_it_is(logs, tmp_path, name, text, said):
    with pytest.raises(SettingsError, match=said):
        propose_mapping(logs.write(tmp_path / name, text))


NAMES = ["Müller & Söhne", "Café Zoë", "Bäckerei Groß", "Ærø Fisk"]


def with_names(names=NAMES):
    return HEAD + "".join(f"{n},Printer,Open,{names[n % len(names)]},2026-03-0{n % 9 + 1}\n" for n in range(1, 25))


def test_a_damaged_letter_makes_no_other_encoding_of_a_file(logs, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(with_names().encode().replace("Söhne".encode(), b"S\xc3hne", 1))
    proposal = propose_mapping(path)
    report = check_mapping(path, proposal.mapping)
    assert proposal.mapping.encoding == "utf-8-sig"
    assert [(one.count, one.lines) for one in report.problems if "bytes" in one.text] == [(1, (5,))]
    assert {one["name"] for one in report.preview if one["stream"] == "companies"} <= set(NAMES)


@pytest.mark.parametrize(
    ("encoding", "names", "is_told"),
    [
        ("utf-8", NAMES, False), ("utf-8-sig", NAMES, False), ("utf-16", NAMES, False), ("utf-32", NAMES, False),
        ("utf-16-le", NAMES, True), ("utf-16-be", NAMES, True), ("utf-32-le", NAMES, True), ("utf-32-be", NAMES, True),
        ("cp1252", [*NAMES, "Server \u2013 \u201cdown\u201d", "Client\u2019s €"], True), ("cp850", NAMES, True),
        ("cp1250", ["Łódź Śląska", "Żółć", "Příliš žluťoučký"], True), ("cp1251", ["Привет", "Чайка", "Москва"], True),
        ("cp1251", ["Принтер", "Номер"], True),
    ],
)  # fmt: skip
def test_letters_are_read_in_the_encoding_that_they_have_and_a_guess_is_told(logs, tmp_path, encoding, names, is_told):
    proposal, report = proposed(logs, tmp_path / "list.csv", with_names(names), encoding)
    assert {one["name"] for one in report.preview if one["stream"] == "companies"} == set(names)
    assert any("is a guess" in note for note in proposal.notes) == is_told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", "Ticket ID,Kl\u00e4rung,\u00c9tat\n1,Offen,a\n2,Zu,b\n"),
        ("list.jsonl", '{"Ticket ID": 1, "Kl\u00e4rung": "x"}\n{"Ticket ID": 2, "Kl\u00e4rung": "\u00e9t\u00e9"}\n'),
    ],
)
def test_the_name_of_a_column_with_a_damaged_letter_can_be_written_and_found_again(logs, tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode().replace("\u00e4".encode(), b"\xe4"))
    proposal = propose_mapping(path)
    (tmp_path / "mapping.toml").write_text(to_toml(proposal.mapping), encoding="utf-8")
    (mapping,) = load_mapping(tmp_path / "mapping.toml")
    assert set(mapping.custom_fields) >= {"Kl\ufffdrung"}
    report = check_mapping(path, mapping)
    assert [one["custom_fields"]["Kl\ufffdrung"] for one in report.preview]
    assert report.problems == ()


def test_an_encoding_is_not_judged_by_the_beginning_alone(logs, tmp_path):
    text = (
        HEAD
        + "".join(f"{n},Printer {'x' * 100},Open,Client,2026-03-01\n" for n in range(9_000))
        + "9999,x,Open,Café,\n"
    )
    assert propose_mapping(logs.write(tmp_path / "a.csv", text, encoding="cp1252")).mapping.encoding == "cp1252"


START = datetime(2026, 3, 2, 14, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "form",
    [
        "%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%Y %I:%M %p", "%b %d, %Y, %I:%M %p", "%d %B %Y %H:%M:%S",
        "%a, %d %b %Y %H:%M:%S +0000", "%a %b %d %H:%M:%S UTC %Y", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y-%b-%d %H:%M",
        "%Y-%m-%d %H:%M:%S GMT", "%d.%m.%Y %H:%M CET", "%m/%d/%Y %I:%M %p EST", "%A, %B %d, %Y %I:%M %p",
    ],
)  # fmt: skip
@pytest.mark.parametrize("upper", [False, True])
def test_times_with_words_are_proposed_with_their_pattern(logs, tmp_path, form, upper):
    times = {str(1001 + n): START + timedelta(days=n * 1.3) for n in range(24)}
    shown = {key: at.strftime(form).upper() if upper else at.strftime(form) for key, at in times.items()}
    text = HEAD + "".join(f'{key},Printer,Open,Client,"{at}"\n' for key, at in shown.items())
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    found = {one["external_id"]: one["created_at"] for one in report.preview if one["stream"] == "tickets"}
    assert found == {key: at.strftime("%Y-%m-%dT%H:%M:00Z") for key, at in times.items()}
    assert any("names its zone by a word" in note for note in proposal.notes) == form.endswith(("CET", "EST"))


def test_two_words_for_one_zone_are_two_patterns(logs, tmp_path):
    rows = [
        f"{n},a,Open,b,2026-{n % 12 + 1:02}-03 14:00:00 {'CEST' if 3 < n % 12 < 10 else 'CET'}\n" for n in range(36)
    ]
    proposal, report = proposed(logs, tmp_path / "list.csv", HEAD + "".join(rows))
    assert set(proposal.mapping.columns["created_at"].format) == {"%Y-%m-%d %H:%M:%S CET", "%Y-%m-%d %H:%M:%S CEST"}
    assert report.problems == ()


@pytest.mark.parametrize("form", ["{n} mars 2026 14:01", "{n}/03/2026 2:01 p. m.", "46083.{n}", "vor {n} Tagen"])
def test_times_of_a_form_that_is_not_known_are_named(logs, tmp_path, form):
    text = HEAD + "".join(f"{n},Printer,Open,Client,{form.format(n=n)}\n" for n in range(10, 30))
    proposal, _ = proposed(logs, tmp_path / "list.csv", text)
    assert "created_at" not in proposal.mapping.columns
    assert any(note.startswith("Opened looks like times of a form that is not known") for note in proposal.notes)


def test_names_that_speak_of_a_point_in_time():
    assert all(
        map(
            is_named_like_time,
            ["Opened", "created_at", "CreatedDate", "Resolution Date", "Due", "Complete Timestamp", "Closed"],
        )
    )
    assert not any(
        map(is_named_like_time, ["Closed by", "Time Spent", "Updates", "Candidate", "Resolution", "Timezone"])
    )


def test_numbers_in_a_column_of_ids_are_no_times(logs, tmp_path):
    text = "Ticket Number,Subject,Status\n" + "".join(f"202603020000{n:02},Printer {n},Open\n" for n in range(24))
    proposal, _ = proposed(logs, tmp_path / "list.csv", text)
    assert proposal.mapping.columns["external_id"].column == "Ticket Number"


def test_one_client_technician_queue_status_or_priority_of_all_rows_is_proposed(logs, tmp_path):
    head = "Ticket ID,Subject,Status,Company,Assignee,Queue,Priority,Tool\n"
    text = head + "".join(f"{n},Printer {n},Open,Acme,Ana,Desk,High,T\n" for n in range(20))
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    columns = {field: rule.column for field, rule in proposal.mapping.columns.items()}
    assert (columns["company_ref"], columns["assignee_ref"], columns["queue_ref"]) == ("Company", "Assignee", "Queue")
    assert (columns["status_category"], columns["priority"]) == ("Status", "Priority")
    assert report.problems == ()
    assert "The same on every row, left out: Tool." in proposal.notes


def test_a_column_that_is_empty_on_some_rows_is_not_the_same_on_every_row(logs, tmp_path):
    text = "Ticket ID,Subject,Closed,Tool\n1,Printer,,x\n2,Screen,2026-03-04 10:00,\n3,Mouse,,\n"
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    assert [one.get("closed_at") for one in report.preview] == [None, "2026-03-04T10:00:00Z", None]
    assert list(proposal.mapping.custom_fields) == ["Tool"]
    assert not any("left out" in note for note in proposal.notes)


def test_a_day_needs_no_zone(logs, tmp_path):
    text = "Serial Number,Model,Warranty End\n" + "".join(f"S{n},M{n % 3},{n}/02/2027\n" for n in range(10, 28))
    proposal, report = proposed(logs, tmp_path / "list.csv", text)
    assert report.preview[0]["warranty_until"] == "2027-02-10"
    assert not any("zone" in note for note in proposal.notes)


def test_a_column_that_varies_is_taken_before_one_that_does_not(logs, tmp_path):
    text = "Ticket ID,Subject,Customer,Account\n" + "".join(
        f"{n},Printer {n},Own MSP,Acme {n % 3}\n" for n in range(20)
    )
    proposal, _ = proposed(logs, tmp_path / "list.csv", text)
    assert proposal.mapping.columns["company_ref"].column == "Account"


def test_the_people_of_a_log_of_one_person_are_proposed(logs, tmp_path):
    rows = [f"T{n // 3},{('open', 'work', 'close')[n % 3]},2026-03-{n % 28 + 1:02} 09:00,Ana\n" for n in range(60)]
    proposal, _ = proposed(logs, tmp_path / "log.csv", "case,step,at,who\n" + "".join(rows))
    assert (proposal.mapping.layout, proposal.mapping.columns["actor_ref"].column) == ("event", "who")


@pytest.mark.slow
def test_words_behind_the_first_twenty_thousand_rows_are_proposed(logs, tmp_path):
    rows = []
    for n in range(21_000):
        step, priority, at = ("Open", "Work", "Closed")[n % 3], ("High", "Low")[n % 2], START + timedelta(minutes=n)
        rows.append(f"T{n // 3},{step},{priority},{at:%Y-%m-%d %H:%M}\n")
    rows += ["T1,Cancelled,Medium,2026-05-01 10:00\n", "T2,Zorbing,?,2026-05-01 10:00\n"]
    path = logs.write(tmp_path / "log.csv", "case,step,priority,at\n" + "".join(rows))
    proposal = propose_mapping(path)
    assert proposal.mapping.words["Cancelled"].status_category is StatusCategory.CANCELLED
    assert proposal.mapping.ticket["priority"].values == {"High": "P2", "Low": "P4", "Medium": "P3"}
    assert "?" in proposal.mapping.missing
    assert any("Zorbing" in note for note in proposal.notes)
    assert check_mapping(path, proposal.mapping).problems == ()


@pytest.mark.parametrize(("sign", "decimal"), [(",", ","), (".", ".")])
def test_the_decimal_sign_of_most_numbers_is_proposed(logs, tmp_path, sign, decimal):
    numbers = [f"{n / 4}".replace(".", sign) for n in range(1, 30)]
    text = "Ticket ID;Subject;Status;Estimated Hours\n" + "".join(
        f"{n};a;Open;{one}\n" for n, one in enumerate(numbers)
    )
    proposal, _ = proposed(logs, tmp_path / "list.csv", text)
    assert proposal.mapping.decimal == decimal
    assert any("Numbers with a decimal comma: Estimated Hours" in note for note in proposal.notes) == (sign == ",")


def test_a_check_says_which_decimal_sign_a_number_needs(logs, tmp_path):
    path = logs.write(tmp_path / "list.csv", "Ticket ID;Hours\n1;1,5\n2;0,25\n3;2.5\n4;many\n")
    mapping = propose_mapping(logs.write(tmp_path / "other.csv", "Ticket ID;Subject\n1;a\n2;b\n")).mapping
    rules = {**mapping.columns, "estimated_s": {"column": "Hours", "unit": "hours"}}
    report = check_mapping(path, mapping.model_validate({**mapping.model_dump(), "columns": rules}))
    told = 'estimated_s: column "Hours" holds a text that cannot be read as declared'
    assert [(one.text, one.lines) for one in report.problems] == [
        (f'{told}; with decimal = "," it could', (2, 3)),
        (told, (5,)),
    ]


def test_four_times_the_columns_are_four_times_the_work_and_not_all_of_them_are_named(logs, tmp_path):
    def calls(columns):
        path = logs.write(tmp_path / f"{columns}.csv", "Issue key,Summary,Status" + ",Comment" * columns)
        path.write_text(path.read_text() + "".join(f"\nDSK-{n},x{n},Open" + ",c" * columns for n in range(3)) + "\n")
        with cProfile.Profile() as profile:
            proposal = propose_mapping(path)
        assert any(note.endswith(f"Comment (20) and {columns - 20} more.") for note in proposal.notes)
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(1_200) < 6 * calls(300)
