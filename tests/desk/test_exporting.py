"""What stands in an exported file."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from servicedesk_core.desk.exporting import export, format_of
from servicedesk_core.domain import Contract, Ticket
from servicedesk_core.errors import SettingsError
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
EVIL = ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]  # noqa: RUF001
GOOD = ["a = b", "'quoted'", "Küche", ""]


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/desk.db", clock=FakeClock(NOW)) as store:
        source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "fake", "live", NOW))
        tickets = [Ticket(external_id=f"{n:02}", title=title) for n, title in enumerate(EVIL + GOOD)]
        contract = Contract(external_id="1", name="Credit", estimated_revenue=Decimal("-12.5"))
        for stream, entities in (("tickets", tickets), ("contracts", [contract])):
            rows = [Incoming(entity, None, None, "1") for entity in entities]
            store.write_blocking(
                lambda tx, stream=stream, rows=rows: records.apply(
                    tx, source.id, stream, rows, mode="backfill", now=NOW
                )
            )
        yield store


def written(store, stream, **options):
    file = io.BytesIO()
    store.read_blocking(lambda tx: export(tx, file, stream, connection=None, **options))
    return file.getvalue().decode()


def titles(store, **options):
    text = written(store, "tickets", file_format="csv", **options)
    return [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(store):
    assert titles(store) == [f"'{title}" for title in EVIL] + GOOD


def test_verbatim_leaves_text_as_it_is(store):
    assert titles(store, verbatim=True) == EVIL + GOOD


@pytest.mark.parametrize(
    ("name", "wanted", "written"),
    [
        ("t.csv", None, "csv"),
        ("T.CSV", None, "csv"),
        ("t.jsonl", None, "jsonl"),
        ("t.NDJSON", None, "jsonl"),
        ("t", None, "csv"),
        ("t", "jsonl", "jsonl"),
        ("t.txt", "csv", "csv"),
        ("t.csv", "csv", "csv"),
        ("2026-03.csv", None, "csv"),
    ],
)
def test_a_file_is_written_as_it_ends(name, wanted, written):
    assert format_of(Path(name), wanted) == written


@pytest.mark.parametrize(
    ("name", "wanted"),
    [(f"t.{end}", None) for end in ("parquet", "xlsx", "json", "csv.gz", "jsonl.zst", "txt", "tsv", "2026-03")]
    + [("t.csv", "jsonl"), ("t.jsonl", "csv")],
)
def test_no_file_gets_a_name_that_promises_something_else(name, wanted):
    with pytest.raises(SettingsError, match="csv and jsonl") as caught:
        format_of(Path(name), wanted)
    assert ".csv or .jsonl" in caught.value.hint


def test_truth_is_told_in_the_same_words_by_both_formats(store):
    [row, *_] = csv.DictReader(io.StringIO(written(store, "tickets", file_format="csv"), newline=""))
    [line, *_] = written(store, "tickets", file_format="jsonl").splitlines()
    assert (row["is_open"], orjson.loads(line)["is_open"]) == ("true", True)
    [row] = csv.DictReader(io.StringIO(written(store, "contracts", file_format="csv"), newline=""))
    assert row["is_active"] == ""


def test_json_lines_are_never_changed(store):
    lines = written(store, "tickets", file_format="jsonl").splitlines()
    assert [orjson.loads(line)["title"] for line in lines] == EVIL + GOOD


def test_negative_numbers_stay_numbers(store):
    [row] = csv.DictReader(io.StringIO(written(store, "contracts", file_format="csv")))
    assert row["estimated_revenue"] == "-12.500000"
