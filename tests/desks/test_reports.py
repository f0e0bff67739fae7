"""The page of figures: measured where that is quick, else as a month was closed."""

import pytest

from servicedesk_core.features.desks import reports

MONTH = "2026-02"


def said(board):
    return "".join(one.text for one in board.blocks[0].pieces)


def figures(board):
    return {one.name: one.value for block in board.blocks for one in block.figures}


@pytest.fixture
def large(monkeypatch):
    """Have any desk with a ticket be one that takes long to measure."""
    monkeypatch.setattr(reports, "_MEASURED", 0)


async def test_a_small_desk_is_measured_when_somebody_looks(of):
    board = await of("ana").desks.reports()
    assert said(board).startswith("The last 30 days, measured now: ")
    assert figures(board).keys() >= {"resolved", "created"}


async def test_a_large_desk_measures_nothing_by_itself(of, large):
    board = await of("ana").desks.reports()
    assert figures(board) == {}
    [anew, close] = [one.opens.call for one in board.blocks[0].pieces if one.opens]
    assert (anew, close) == ("kpi.list", "kpi.close")
    assert [one.opens.call for one in (await of("eve").desks.reports()).blocks[0].pieces if one.opens] == ["kpi.list"]


async def test_a_large_desk_shows_the_month_that_was_closed_last(of, desk, large):
    ana = of("ana")
    before = {one.name: one.value for one in await ana.kpi.list(period=MONTH)}
    for month in ("2026-01", MONTH):
        await ana.kpi.close(month, reason="reviewed")
    board = await ana.desks.reports()
    assert said(board).startswith("2026-02, as it was closed on 2026-03-11: ")
    shown = figures(board)
    assert shown == {name: before[name] for name in shown}
    assert "resolved" in shown
    [course] = [
        course
        for block in board.blocks
        for one, course in zip(block.figures, block.courses, strict=False)
        if one.name == "resolved"
    ]
    assert course == (0, shown["resolved"])
    assert (await of("eve").desks.reports()).blocks[0].pieces[0].text.startswith("This desk is too large")
