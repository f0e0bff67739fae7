"""Tables of results: whole in a pipe, readable in a terminal of any width."""

import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from servicedesk_core.cli.demo.command import in_words
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.cli.shell.tables import GAP, Grid, Narrow, show_facts, show_table
from servicedesk_core.wording import counted

COLUMNS = ("Ticket", "Title", "Problem", "Created", "Hours")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = [
    ("T20260302.0001", "Printer jams on tray two", None, NOON, 1.5),
    ("T20260302.0002", "漢字 in a title", None, NOON, 12.0),
]


def shown(width: int | None, rows=ROWS) -> list[str]:
    """Return what is printed: in a terminal of a width, or in a pipe."""
    there = io.StringIO()
    terminal = {"force_terminal": True, "width": width, "no_color": True} if width else {"force_terminal": False}
    show_table(Console(file=there, highlight=False, **terminal), COLUMNS, rows, zone=ZoneInfo("America/New_York"))
    return [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", there.getvalue()).splitlines()]


def test_a_pipe_gets_one_whole_line_for_each_row_whatever_its_length():
    long = "word " * 2_000
    lines = shown(None, [*ROWS, ("T20260302.0003", long, None, NOON, 0.0)])
    assert [line.split("  ")[0] for line in lines[2:5]] == [row[0] for row in ROWS] + ["T20260302.0003"]
    assert long.strip() in lines[4]
    assert lines[2].split() == ["T20260302.0001", *ROWS[0][1].split(), "2026-03-02", "07:00", "1.50"]


def test_one_long_cell_costs_a_pipe_its_own_length_and_no_row_ends_in_blanks():
    rows = [(f"T{number}", "Printer jams", None, NOON, 1.5) for number in range(200)]
    rows += [("T200", "x" * 300_000, None, NOON, 1.5), ("T201", "Printer jams", None, NOON, None)]
    there = io.StringIO()
    show_table(Console(file=there, force_terminal=False), COLUMNS, rows)
    assert len(there.getvalue()) < 300_000 + 202 * 150
    assert not [line for line in there.getvalue().splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_width_of_a_terminal_breaks_a_word(width):
    words = set(" ".join(shown(width)).replace("·", " ").split())
    assert {"T20260302.0001", "T20260302.0002", "Printer", "漢字", "2026-03-02", "07:00"} <= words


def test_a_narrow_terminal_first_leaves_out_what_is_empty_then_makes_paragraphs():
    assert "Problem" in shown(200)[0]
    assert shown(48)[0].split() == ["Ticket", "Title", "Created", "Hours"]
    assert shown(40)[0].startswith("T20260302.0001  Title: Printer jams")


def test_a_word_without_end_is_broken_and_does_not_cost_the_table_its_columns():
    address = "https://psa.example.com/" + "x" * 100
    lines = shown(100, [("T20260302.0001", address, None, NOON, 1.5)])
    assert lines[0].split()[:2] == ["Ticket", "Title"]
    assert "".join(line[16:].split("  ")[0].strip() for line in lines[2:]).startswith(address)


def test_a_heading_is_broken_before_the_cells_are():
    grid = Grid.of(("Complete back to", "Last complete"), [("everything", "2026-03-02 12:00")], None)
    assert grid.fitted(30) == [12, 16]
    assert grid.fitted(22) == [10, 10]


def test_a_list_stays_one_line_a_row_and_says_what_it_had_no_room_for():
    list_of = Narrow(cut={"Title": 12}, spare=("Hours", "Created"))
    assert [narrowed(width, list_of) for width in (80, 53, 52, 30)] == [
        ([], "T20260302.0001 Printer jams on tray two 2026-03-02 12:00 1.50"),
        ([], "T20260302.0001 Printer jam… 2026-03-02 12:00 1.50"),
        (["Hours"], "T20260302.0001 Printer jams on t… 2026-03-02 12:00"),
        (["Hours", "Created"], "T20260302.0001 Printer jams …"),
    ]
    left_out, first = narrowed(27, list_of)
    assert not left_out, "a paragraph holds everything"
    assert "Title:" in first


def narrowed(width: int, narrow: Narrow) -> tuple[list[str], str]:
    """Return what was left out of a list in a terminal of a width, and its first row."""
    there = io.StringIO()
    terminal = Console(file=there, force_terminal=True, width=width, no_color=True, highlight=False)
    left_out = show_table(terminal, COLUMNS, ROWS, zone=UTC, narrow=narrow)
    lines = re.sub(r"\x1b\[\d*m", "", there.getvalue()).splitlines()
    return list(left_out), next(" ".join(line.split()) for line in lines if line.startswith("T2026"))


def test_what_matters_to_its_end_breaks_between_words_and_instants_break_last():
    grid = Grid.of(("No.", "When", "Note"), [(1, NOON, "supply the machine type")], UTC)
    assert grid.fitted(30) == [3, 16, 7]  # "machine" is the longest word
    assert grid.fitted(29) == [3, 11, 11]
    assert grid.fitted(30, Narrow(wraps=frozenset({"Note"}))) == [3, 16, 7]
    assert grid.fitted(40, Narrow()) is None


def test_a_paragraph_is_named_by_two_columns_where_one_is_not_enough():
    there = io.StringIO()
    rows = [("psa", "tickets", "complete"), ("psa", "notes", "complete")]
    show_table(Console(file=there, force_terminal=True, width=24), ("Connection", "Stream", "Standing"), rows)
    assert "psa notes" in there.getvalue()


@given(
    st.lists(st.tuples(st.text("ab ", max_size=30), st.text("ab ", max_size=30)), min_size=1, max_size=5),
    st.integers(10, 80),
)
def test_columns_that_fit_use_no_more_than_the_terminal_has_and_hold_their_longest_word(rows, width):
    grid = Grid.of(("First", "Second"), rows, None)
    widths = grid.fitted(width)
    words = [max(len(w) for r in (grid.headings, *grid.rows) for w in r[at].split() or [""]) for at in (0, 1)]
    if widths is None:
        assert sum(words) + GAP > width
    else:
        assert sum(widths) + GAP <= width
        assert all(wide >= word for wide, word in zip(widths, words, strict=True))


def test_an_instant_is_shown_in_the_zone_and_where_it_stands_alone_with_its_name():
    assert plain(NOON, ZoneInfo("America/New_York")) == "2026-03-02 07:00"
    there = io.StringIO()
    show_facts(Console(file=there), [("Created", NOON), ("Due", None)], zone=ZoneInfo("America/New_York"))
    assert there.getvalue() == "Created  2026-03-02 07:00 EST\n\n"


def test_a_value_with_parts_is_told_part_by_part():
    lines = [{"part": "MBD", "quantity": 1, "serial": None}, {"part": "HRD", "quantity": 2}]
    assert plain({"city": "Milton", "lines": lines}) == "city Milton, lines part MBD, quantity 1; part HRD, quantity 2"
    assert plain(["a", 1_000, NOON], ZoneInfo("Etc/UTC")) == "a, 1,000, 2026-03-02 12:00"


def test_the_demo_counts_only_what_happened():
    assert in_words({"created": 1, "notes": 1, "time_entries": 0, "completed": 4}) == "1 created, 1 note, 4 completed"
    assert in_words({"time_entries": 2}) == "2 time entries"
    assert in_words({}) == "nothing happened"


def test_one_is_not_many():
    assert [counted(1, "claim"), counted(0, "claim"), counted(1200, "reply", "replies")] == [
        "1 claim",
        "0 claims",
        "1,200 replies",
    ]
