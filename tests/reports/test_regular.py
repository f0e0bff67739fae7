"""The reports that come again: each is made on a desk with data, on one without, and says when they are too old."""

from datetime import timedelta

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Verdict, boards
from servicedesk_core.features.report import REGULAR
from servicedesk_core.features.report.regular import periods
from tests.attention.conftest import NOW

DAY = NOW.date()


@pytest.mark.slow
@pytest.mark.parametrize("name", REGULAR)
async def test_a_report_is_made_of_all_its_blocks_and_goes_to_every_face(desk, of, name):
    board = await REGULAR[name].of(of("ana"))
    assert board.blocks[0].title == "What this is about"
    assert boards.html(board).startswith("<!doctype html>")
    assert boards.pdf(board).startswith(b"%PDF")
    assert {cell.block for cell in boards.csv_rows(board)} >= {"What this is about"}
    told = [one for block in board.blocks for one in (*block.figures, *block.rows) if hasattr(one, "verdict")]
    assert not {one.verdict for one in told} & {Verdict.MET, Verdict.MISSED}, "its tickets were never read"
    assert "No verdicts." in board.blocks[0].pieces[0].text


@pytest.mark.parametrize(
    ("usual", "name"),
    [
        (periods.OfDay.usual, "2026-03-11"),
        (periods.OfWeek.usual, "2026-W10"),
        (periods.OfThisWeek.usual, "2026-W11"),
        (periods.OfMonth.usual, "2026-02"),
        (periods.OfQuarter.usual, "2025-Q4"),
    ],
)
def test_a_report_is_of_the_last_time_that_is_over_or_up_to_now(usual, name):
    assert usual(DAY) == name
    assert periods.week_before(DAY.replace(month=1, day=1)) == "2025-W52"
    assert periods.month_before(DAY.replace(month=1)) == "2025-12"


@pytest.mark.slow
async def test_what_is_no_period_or_still_to_come_is_refused(desk, of):
    for period in ("yesterday", str((NOW + timedelta(days=30)).date())):
        with pytest.raises(SettingsError):
            await of("ana").report.daily(periods.OfDay(period))
