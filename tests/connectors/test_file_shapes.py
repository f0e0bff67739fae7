"""How files are written: formats, encodings, times, numbers, headers; and files of records."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from servicedesk_core.connectors.tabular import FileMapping, load_mapping
from servicedesk_core.connectors.tabular.instants import parser
from servicedesk_core.connectors.tabular.reading import column_names
from servicedesk_core.connectors.tabular.values import read_number
from servicedesk_core.domain import Asset, Company, Priority, QueueKind, StatusCategory, Ticket
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks import VocabularyMapping

COLUMNS = {"external_id": "id", "name": "name"}


def companies(path, **more):
    return {"path": str(path), "stream": "companies", "columns": COLUMNS, **more}


async def names(logs, *files):
    return [entity.name for entity in (await logs.read(logs.tabular(*files), "companies")).entities]


@pytest.mark.parametrize(
    "file",
    [
        ("a.csv", "id,name\n1,Håkan\n", "utf-8", {}),
        ("a.csv", "id,name\n1,Håkan\n", "utf-8-sig", {}),
        ("a.csv", "id,name\n1,Håkan\n", "latin-1", {"encoding": "latin-1"}),
        ("a.txt", "id\tname\r\n1\tHåkan\r\n", "utf-16", {"encoding": "utf-16", "delimiter": "\t"}),
        ("a.tsv.gz", "id\tname\n1\tHåkan\n", "utf-8", {}),
        ("a.csv", "id;name\n1;Håkan\n", "utf-8", {"delimiter": ";"}),
        ("a.csv", "id,name,\n1,Håkan,\n", "utf-8", {}),
        ("a.csv", "1,Håkan\n", "utf-8", {"header": False, "names": ["id", "name"]}),
        ("a.jsonl", '{"id": 1, "name": "Håkan"}\n\n', "utf-8", {}),
        ("a.jsonl.gz", '{"id": "1", "name": "Håkan"}', "utf-8", {}),
        ("a.csv", "id,name\n1,'Håkan'\n", "utf-8", {"quote": "'"}),
    ],
)
async def test_text_is_read_however_it_is_packed(logs, tmp_path, file):
    name, text, encoding, more = file
    assert await names(logs, companies(logs.write(tmp_path / name, text, encoding=encoding), **more)) == ["Håkan"]


async def test_quoted_cells_may_hold_new_lines_quotes_and_a_megabyte(logs, tmp_path):
    long = "x" * 1_000_000
    path = logs.write(tmp_path / "a.csv", f'id,name\n1,"two\nlines ""quoted"" , comma"\n2,{long}\n')
    assert await names(logs, companies(path)) == ['two\nlines "quoted" , comma', long]


async def test_rows_in_a_foreign_encoding_go_to_quarantine_alone(logs, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Ana\n2,Håkan\n3,Ben\n".encode("latin-1"))
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert [entity.name for entity in seen.entities] == ["Ana", "Ben"]
    assert seen.bad == ["The row cannot be used: line 3 holds bytes that are not text of the declared encoding."]


async def test_half_a_character_in_a_jsonl_file_does_not_blame_the_encoding(logs, tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [b'{"id": 1, "name": "Ana \\ud83d"}', b'{"id": 2, "name": "H\xe5kan"}', b'{"id": 3, "name": "B\x1fen"}']
    path.write_bytes(b"\n".join([*lines, b'{"id": 4, "name": ' + b"[" * 3000 + b"]" * 3000 + b"}"]))
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert [entity.name for entity in seen.entities][:2] == ["Ana \ufffd", "B\ufffden"]
    assert seen.bad == ["The row cannot be used: line 2 holds bytes that are not text of the declared encoding."]


async def test_null_characters_are_left_out(logs, tmp_path):
    assert await names(logs, companies(logs.write(tmp_path / "a.csv", "id,name\n1,A\0na\n"))) == ["Ana"]


async def test_a_row_that_says_nothing_is_no_row(logs, tmp_path):
    text = "\n,,\nid,name,phone\n\n1,Ana,11\n,,\n\n , ,\t\n,\n-,?,-\n,,,,\n2,Ben,-\n"
    path = logs.write(tmp_path / "a.csv", text)
    seen = await logs.read(logs.tabular(companies(path, missing=["-", "?"])), "companies")
    assert ([entity.name for entity in seen.entities], seen.bad) == (["Ana", "Ben"], [])
    path = logs.write(tmp_path / "a.jsonl", '{"id": 1, "name": "Ana"}\n{}\n{"id": "", "name": null}\n')
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert ([entity.name for entity in seen.entities], seen.bad) == (["Ana"], [])


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("sep=;\nid;name\n1;Ana\n2;Ben\n", {}),
        ('"sep=;"\r\nid;name\r\n1;Ana\r\n2;Ben\r\n', {"delimiter": ";"}),
        ("\ufeffSEP=\t\nid\tname\n1\tAna\n2\tBen\n", {"encoding": "utf-8"}),
        ("\ufeffid,name\n1,Ana\n2,Ben\n", {"encoding": "utf-8"}),
        ("id,name\n1,Ana,\n2,Ben,\n", {}),
        ("id,name\n1,Ana,,\n,,,\n2,Ben,,", {}),
        ("id,name\n1,Ana\nid,name\n2,Ben\n", {}),
        ("Clients\nof 2026\n\nid,name\n1,Ana\n2,Ben\n", {"skip_lines": 2}),
        ("sep=,\nClients,\nid,name\n1,Ana\n2,Ben\n", {"skip_lines": 2}),
    ],
)
async def test_what_stands_around_a_table_is_no_part_of_it(logs, tmp_path, text, more):
    seen = await logs.read(logs.tabular(companies(logs.write(tmp_path / "a.csv", text), **more)), "companies")
    assert ([entity.name for entity in seen.entities], seen.bad) == (["Ana", "Ben"], [])


async def test_only_what_is_empty_in_every_row_is_left_out_at_the_end(logs, tmp_path):
    path = logs.write(tmp_path / "a.csv", "id,name\n1,Ana,\n2,Ben\n3,Cy,,\n4,Dee\n")
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert [entity.name for entity in seen.entities] == ["Ben", "Dee"]
    assert seen.bad[0] == "The row cannot be used: line 2 has 3 cells where 2 are expected."
    path = logs.write(tmp_path / "b.csv", "id,name\n1,Ana,\n2,Ben,\n3,Cy,x\n")
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert [entity.name for entity in seen.entities] == []
    assert len(seen.bad) == 3


def test_so_many_columns_of_one_name_are_named_at_once():
    names = column_names(["id", *["Comment"] * 20_000, "Comment (2)", "Comment (2)", " "])
    assert names[:3] == ["id", "Comment", "Comment (2)"]
    assert names[20_000:] == ["Comment (20000)", "Comment (2) (2)", "Comment (2) (3)", "column 20004"]


async def test_columns_of_one_name_can_be_told_apart(logs, tmp_path):
    path = logs.write(tmp_path / "a.csv", "id,name,name\n1,Ana,Ben\n")
    assert await names(logs, companies(path, columns={"external_id": "id", "name": "name (2)"})) == ["Ben"]


async def test_jsonl_is_flattened_by_one_level_and_bad_lines_are_told(logs, tmp_path):
    lines = [
        '{"meta": {"id": 7, "deep": {"x": 1}}, "name": "Ana", "tags": ["a"]}',
        "{broken",
        "[1]",
        '{"name": "no id"}',
    ]
    columns = {"external_id": "meta.id", "name": "name", "kind": "meta.deep"}
    path = logs.write(tmp_path / "a.jsonl", "\n".join(lines))
    seen = await logs.read(logs.tabular(companies(path, columns=columns)), "companies")
    assert seen.entities == [Company(external_id="7", name="Ana", kind='{"x": 1}')]
    assert [reason.removeprefix("The row cannot be used: ") for reason in seen.bad] == [
        "line 2 is not valid JSON.",
        "line 3 is not a JSON object.",
        'line 4 has no external_id (column "meta.id" is empty).',
    ]


UTC_NOON = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("formats", "zone", "text", "expected"),
    [
        ((), None, "2024-03-01T12:30:00Z", UTC_NOON),
        ((), None, "2024-03-01 13:30:00+01:00", UTC_NOON),
        ((), "Europe/Rome", "2024-03-01 13:30", UTC_NOON),
        (("day-first",), None, "1/3/2024 12:30", UTC_NOON),
        (("day-first",), None, "01.03.24, 12:30:00", UTC_NOON),
        (("month-first",), None, "3/1/2024 12:30 PM", UTC_NOON),
        (("month-first",), "America/New_York", "3/1/2024 7:30:00 am", UTC_NOON),
        (("year-first",), None, "2024/03/01 12:30:00.000", UTC_NOON),
        (("%d %b %Y %H.%M",), None, "01 Mar 2024 12.30", UTC_NOON),
        (("epoch_s",), None, "1709296200", UTC_NOON),
        (("epoch_ms",), None, "1709296200000", UTC_NOON),
        (("iso", "day-first"), None, "01/03/2024 12:30", UTC_NOON),
        ((), "Europe/Rome", "2024-03-31 02:30", datetime(2024, 3, 31, 1, 30, tzinfo=UTC)),  # skipped: moves forward
        ((), "Europe/Rome", "2024-10-27 02:30", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),  # twice: the first
        (("month-first",), None, "12/1/2024 12:05 AM", datetime(2024, 12, 1, 0, 5, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_declared(formats, zone, text, expected):
    assert parser(formats, zone)(text) == expected


@pytest.mark.parametrize(
    ("formats", "text"),
    [(("day-first",), "3/14/2024"), ((), "soon"), (("epoch_s",), "1e99"), (("day-first",), "1/2/2024 13:00 PM")],
)
def test_other_texts_are_no_times(formats, text):
    with pytest.raises(ValueError, match="declared format"):
        parser(formats, None)(text)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1.234,50", ",", "1234.50"), ("1,234.50", ".", "1234.50"), ("1 234,5", ",", "1234.5"), ("-0.1", ".", "-0.1"),
        ("1'234'567.5", ".", "1234567.5"), ("1\u202f234", ",", "1234"), ("1234567,5", ",", "1234567.5"),
        ("+.5", ".", "0.5"), ("2.", ".", "2"), ("1.5E+3", ".", "1500"), ("-1.000.000", ",", "-1000000"),
    ],
)  # fmt: skip
def test_numbers_follow_their_decimal_sign(text, decimal, expected):
    assert read_number(text, decimal) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1,5", "."), ("0,25", "."), ("12,50", "."), ("0,125", "."), ("1,23,4", "."), ("1,2345", "."),
        ("1234,567", "."), ("1.2.3", "."), ("1 5", "."), ("12'5", "."), ("1,234,56.7", "."),
        ("2.5", ","), ("0.75", ","), ("1.23.4", ","), ("1,2,3", ","), ("1,234.5", ","), ("1 23", ","),
        (",5", "."), ("", "."), ("-", "."), (".", "."), ("1_000", "."), ("NaN", "."), ("Infinity", "."), ("5 h", "."),
        ("1e999", "."),
    ],
)  # fmt: skip
def test_a_number_that_is_not_grouped_by_three_is_none(text, decimal):
    with pytest.raises(ValueError, match="not a number"):
        read_number(text, decimal)


@pytest.mark.parametrize(
    ("stream", "field", "expected"),
    [
        ("time_entries", "worked_s", 5400), ("time_entries", "billed_s", 5400), ("tickets", "estimated_s", 5400),
        ("contract_services", "unit_price", Decimal("1.5")),
    ],
)  # fmt: skip
async def test_numbers_of_the_other_decimal_sign_stay_empty_and_are_told(logs, tmp_path, stream, field, expected):
    file = {
        "path": str(logs.write(tmp_path / "t.csv", "id;n\n1;1,5\n2;1.5\n")), "stream": stream, "delimiter": ";",
        "columns": {"external_id": "id", field: {"column": "n", "unit": "hours"}}
        | ({"contract_ref": "id"} if stream == "contract_services" else {}),
    }  # fmt: skip
    point = await logs.read(logs.tabular(file), stream)
    comma = await logs.read(logs.tabular(file | {"decimal": ","}), stream)
    assert [getattr(one, field) for one in point.entities] == [None, expected]
    assert [getattr(one, field) for one in comma.entities] == [expected, None]
    assert {(one.kind, one.field, one.value) for one in point.issues} == {("unreadable_value", field, "n")}


async def test_records_of_any_stream_are_read_with_types_and_vocabulary(logs, tmp_path):
    text = (
        "no;subject;state;prio;opened;hours;client;client_name;note\n"
        "17;Printer;Waiting;2 - High;31.01.2024 09:00;1,5;c1;Acme;x\n"
        "18;Screen;Strange;?;not a date;many;c1;Acme;\n"
    )
    file = {
        "path": str(logs.write(tmp_path / "tickets.csv", text)), "stream": "tickets", "delimiter": ";", "decimal": ",",
        "missing": ["?"], "timezone": "Europe/Rome",
        "columns": {
            "external_id": "no", "title": "subject", "status": "state",
            "priority": {"column": "prio", "values": {"2 - High": "P2"}},
            "created_at": {"column": "opened", "format": "day-first"},
            "estimated_s": {"column": "hours", "unit": "hours"},
            "company_ref": {"column": "client", "name": "client_name"},
            "kind": {"constant": "incident"},
        },
        "custom_fields": {"Note": "note"},
    }  # fmt: skip
    vocabulary = VocabularyMapping(status={"Waiting": StatusCategory.WAITING_CUSTOMER}, queue={"x": QueueKind.NOC})
    seen = await logs.read(logs.tabular(file, mapping=vocabulary), "tickets")
    first, second = seen.entities
    assert first == Ticket(
        external_id="17", title="Printer", status="Waiting", status_category=StatusCategory.WAITING_CUSTOMER,
        priority=Priority.P2, created_at=datetime(2024, 1, 31, 8, tzinfo=UTC), estimated_s=5400, company_ref="c1",
        kind="incident", custom_fields={"Note": "x"},
    )  # fmt: skip
    assert (second.created_at, second.estimated_s, second.status_category) == (None, None, None)
    assert sorted((issue.kind, issue.field, issue.value) for issue in seen.issues) == [
        ("unmapped_status", "status", "Strange"),
        ("unreadable_value", "created_at", "opened"),
        ("unreadable_value", "estimated_s", "hours"),
    ]
    assert seen.also == {("companies", "c1"): Company(external_id="c1", name="Acme")}


async def test_words_of_a_column_without_translation_are_counted(logs, tmp_path):
    file = {
        "path": str(logs.write(tmp_path / "t.csv", "id,state\n1,Done\n2,Odd\n")), "stream": "tickets",
        "columns": {"external_id": "id", "status_category": {"column": "state", "values": {"Done": "closed"}}},
    }  # fmt: skip
    seen = await logs.read(logs.tabular(file), "tickets")
    assert [one.status_category for one in seen.entities] == [StatusCategory.CLOSED, None]
    assert [(one.kind, one.value) for one in seen.issues] == [("unmapped_status", "Odd")]


async def test_dates_amounts_and_flags_of_assets_and_years_that_mean_nothing(logs, tmp_path):
    text = "sn,until,active,made\nA1,30/06/2025,Yes,01/01/0001 00:00\n"
    file = {
        "path": str(logs.write(tmp_path / "assets.csv", text)), "stream": "assets",
        "columns": {
            "external_id": "sn", "warranty_until": {"column": "until", "format": "day-first"}, "is_active": "active",
            "created_at": {"column": "made", "format": "day-first"},
        },
    }  # fmt: skip
    seen = await logs.read(logs.tabular(file), "assets")
    assert seen.entities == [Asset(external_id="A1", warranty_until=date(2025, 6, 30), is_active=True)]
    assert [(one.kind, one.value) for one in seen.issues] == [("implausible_date", "1")]


async def test_a_list_that_nests_without_end_is_told_and_costs_only_its_cell(logs, tmp_path):
    text = f'id;name;teams\n1;Ana;{"[" * 100_000}\n2;Ben;["a", 1]\n3;Cy;a|b\n'
    columns = {"external_id": "id", "name": "name", "departments": {"column": "teams", "separator": "|"}}
    path = logs.write(tmp_path / "a.csv", text)
    file = {"path": str(path), "stream": "technicians", "delimiter": ";", "columns": columns}
    seen = await logs.read(logs.tabular(file), "technicians")
    assert [one.departments for one in seen.entities] == [(), ("a", "1"), ("a", "b")]
    assert [(one.kind, one.value) for one in seen.issues] == [("unreadable_value", "teams")]


async def test_a_repeated_id_counts_once_and_a_contradiction_is_told(logs, tmp_path):
    path = logs.write(tmp_path / "a.csv", "id,name\n1,Ana\n1,Ana\n1,Ben\n2,Cy\n")
    seen = await logs.read(logs.tabular(companies(path)), "companies")
    assert [entity.name for entity in seen.entities] == ["Ana", "Cy"]
    assert seen.bad == ["The row cannot be used: line 4 repeats the id of an earlier row with other values."]


async def test_two_mappings_of_one_stream_need_names(logs, tmp_path):
    one = companies(logs.write(tmp_path / "a.csv", "id,name\n1,Ana\n"))
    other = companies(logs.write(tmp_path / "b.csv", "id,name\n2,Ben\n"), columns={"external_id": "id", "name": "name"})
    with pytest.raises(SettingsError, match="needs a name of its own"):
        await names(logs, one, other)
    assert await names(logs, one | {"name": "a"}, other | {"name": "b"}) == ["Ana", "Ben"]


RECORD = {"path": "x", "stream": "notes", "columns": {"external_id": "a"}}
EVENT = {"path": "x.csv", "layout": "event", "columns": {"ticket_ref": "a", "effective_at": "b"}}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({**EVENT, "columns": {"ticket_ref": "a"}}, "effective_at must be mapped"),
        ({**EVENT, "columns": {**EVENT["columns"], "effective": "c"}}, "unknown effective; fields are"),
        ({**EVENT, "ticket": {"colour": "c"}}, "ticket: unknown colour"),
        ({**EVENT, "words": {"x": "finished"}}, '"finished" is neither a status category'),
        ({**EVENT, "words": {"x": "closed"}}, "map the column that holds them as vendor_word"),
        ({**EVENT, "stream": "tickets"}, "reads the stream ticket_events"),
        ({**EVENT, "timezone": "Rome"}, '"Rome" is not a time zone'),
        ({**EVENT, "encoding": "klingon"}, '"klingon" is not an encoding'),
        ({**EVENT, "header": False}, "needs names for its columns"),
        ({"path": "x", "stream": "widgets", "columns": {"external_id": "a"}}, '"widgets" is not a stream'),
        ({**RECORD, "columns": {"external_id": {"column": "a", "constant": "b"}}}, "exactly one of"),
        ({**RECORD, "columns": {"external_id": {"column": "a", "format": "dd/mm"}}}, "not a time format"),
        ({**RECORD, "ticket": {"title": "b"}}, "belong to layout"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_says_what_is_wrong(mapping, message):
    with pytest.raises(ValidationError, match=message):
        FileMapping.model_validate(mapping)


def test_a_mapping_file_may_begin_with_a_byte_order_mark(logs, tmp_path):
    toml = '[[files]]\npath = "log.csv"\nstream = "companies"\n[files.columns]\nexternal_id = "id"\nname = "name"\n'
    path = logs.write(tmp_path / "mapping.toml", toml, encoding="utf-8-sig")
    assert load_mapping(path)[0].stream == "companies"


async def test_a_mapping_may_stand_in_a_file_of_its_own(logs, tmp_path):
    logs.write(tmp_path / "log.csv", "id,name\n1,Ana\n")
    toml = '[[files]]\npath = "log.csv"\nstream = "companies"\n[files.columns]\nexternal_id = "id"\nname = "name"\n'
    logs.write(tmp_path / "mapping.toml", toml)
    connector = logs.from_settings(mapping_file="mapping.toml", base_dir=tmp_path)
    assert [one.name for one in (await logs.read(connector, "companies")).entities] == ["Ana"]
    assert [(one.name, one.maps_to) for one in await connector.describe_fields("companies")] == [
        ("id", "external_id"),
        ("name", "name"),
    ]


@pytest.mark.parametrize("text", ["files = 3", "[[files]", '[[files]]\npath = "x"\n'])
def test_a_broken_mapping_file_is_a_clear_error(logs, tmp_path, text):
    path = logs.write(tmp_path / "mapping.toml", text)
    with pytest.raises(SettingsError, match=r"mapping\.toml"):
        load_mapping(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")


def test_a_connection_without_files_says_how_to_get_a_mapping(logs):
    with pytest.raises(SettingsError, match="mapping check"):
        logs.from_settings().describe_capabilities()


def test_json_short_forms_and_long_forms_mean_the_same():
    long = json.loads(
        json.dumps({**EVENT, "columns": {"ticket_ref": {"column": "a"}, "effective_at": {"column": "b"}}})
    )
    assert FileMapping.model_validate(EVENT).fingerprint() == FileMapping.model_validate(long).fingerprint()
