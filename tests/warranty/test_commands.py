"""Commands of warranty that read a file or ask a manufacturer."""

import json

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.cli.main import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "servicedesk.toml").write_text('[desk]\nname = "X"\n')
    (tmp_path / "covers.csv").write_text("number,ends\nABC12345,2027-01-31\n")
    ServiceDesk.migrate(tmp_path / "servicedesk.toml")

    def command(*line):
        code = main(list(line))
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_an_import_takes_the_columns_that_somebody_names(run):
    named = ("--column", "serial_number=number", "--column", "ends_on=ends")
    code, out, _ = run("warranty", "import", "covers.csv", *named, "--dry-run", "--json")
    told = json.loads(out)["data"]
    assert (code, told["is_dry_run"]) == (0, True)
    assert told["columns"] == {"serial_number": "number", "ends_on": "ends"}
    assert run("warranty", "import", "covers.csv", *named)[0] == 0


def test_a_column_may_be_called_as_the_field_is(run, tmp_path):
    (tmp_path / "covers.csv").write_text("serial_number,ends_on\nABC12345,2027-01-31\n")
    code, out, _ = run("warranty", "import", "covers.csv", "--dry-run", "--json")
    assert (code, json.loads(out)["data"]["columns"]) == (0, {name: name for name in ("serial_number", "ends_on")})
    (tmp_path / "covers.csv").write_text("serial_number,color\nABC12345,red\n")
    assert "seems to hold ends_on" in run("warranty", "import", "covers.csv")[2]


def test_a_column_that_is_not_there_is_named(run):
    code, _, err = run("warranty", "import", "covers.csv", "--column", "serial_number=serial")
    assert code == 2
    assert 'has no column "serial"' in err
    code, _, err = run("warranty", "import", "covers.csv", "--column", "ends_on=")
    assert code == 2
    assert "No column is named for ends_on" in err
    code, _, err = run("warranty", "import", "covers.csv", "--column", "end_on=ends")
    assert code == 2
    assert 'Did you mean "ends_on"?' in err
    code, _, err = run("warranty", "import", "covers.csv", "--column", "serial_number")
    assert code == 2
    assert "--column NAME=VALUE" in err


def test_parts_are_listed_by_who_can(run):
    code, _, err = run("warranty", "parts", "ABC12345", "--manufacturer", "ACME")
    assert code == 2
    assert "lists no service parts" in err
