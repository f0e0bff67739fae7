"""Lists as CSV: numbers stay numbers, and no text runs as a formula."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace

from servicedesk_core.cli.derived import showing
from servicedesk_core.cli.shell.csv_output import write_csv
from servicedesk_core.faces import Page


class Sign(StrEnum):
    MINUS = "-minus"


@dataclass(frozen=True)
class Row:
    text: str | None
    sign: Sign
    days: int | None
    hours: float
    money: Decimal
    is_open: bool
    on: date
    at: datetime
    several: tuple[str, ...]


def test_a_negative_number_can_be_summed_and_a_text_that_looks_like_one_stays_text(capsys):
    on = date(2026, 3, 2)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    there = at.astimezone(timezone(timedelta(hours=-5)))
    write_csv(
        Row,
        [
            Row("-2+3 Next Business Day", Sign.MINUS, -687, -0.25, Decimal("-1E+2"), True, on, at, ("-1", "=A1")),
            Row("-5", Sign.MINUS, None, 0.0, Decimal("-0.10"), False, on, there, ()),
        ],
    )
    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    numbers = [(row["days"], row["hours"], row["money"]) for row in (first, second)]
    assert numbers == [("-687", "-0.25", "-100"), ("", "0.0", "-0.10")]
    texts = [first["text"], second["text"], first["sign"], first["several"]]
    assert {row["at"] for row in (first, second)} == {"2026-03-02T09:00:00.000000Z"}, "as in an export"
    assert texts == ["'-2+3 Next Business Day", "'-5", "'-minus", "'-1; =A1"]


@dataclass(frozen=True, kw_only=True)
class Told(Page[Row]):
    unseen: str = ""


def test_what_a_list_does_not_tell_is_said_beside_its_csv(capsys):
    said = []
    found = Told(items=(), next="2", unseen="Of other people you are told nothing.")
    showing.as_csv(SimpleNamespace(say=said.append), SimpleNamespace(row=Row), found, ("text",))
    assert capsys.readouterr().out == "text\n", "a program reads it"
    assert said == ["Of other people you are told nothing.", "There are more: --after 2"]
