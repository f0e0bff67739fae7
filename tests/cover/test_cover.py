"""Handing over what somebody has who is out: one table, released together, a result for each row."""

from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_core import Actor, Scope, Way
from servicedesk_core.capabilities import Capability
from servicedesk_core.domain import Appointment, Technician
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.cover.model import Handed, HandedOver, What
from tests import stored
from tests.assign.conftest import applied, clock, desk, pulled_database, pulled_store, store_url, vendor
from tests.assign.test_assigning import holders, kept, of

pytestmark = pytest.mark.slow  # many desks with much in them

__all__ = ["clock", "desk", "pulled_database", "pulled_store", "store_url", "vendor"]

ON_CALL = """
[on_call.p1]
primary = ["ana"]
secondary = ["dana"]
"""


@pytest.fixture
async def busy(desk, clock):
    """Ana has an urgent ticket that she works on, one that is due today, one that can wait, and an appointment."""
    await desk.assign.give(("T1", "T2", "T3"), to="Ana Diaz")
    await desk.tickets.update("T1", status="In Progress", priority="P1", send=True)
    soon, later = clock.now() + timedelta(hours=2), clock.now() + timedelta(days=5)
    for number, due in (("2", soon), ("3", later)):
        await desk.tickets.update(f"T{number}", status="In Progress", send=True)
        us = int(due.timestamp() * 1_000_000)
        sql = f"UPDATE tickets SET due_at = {us} WHERE external_id = '{number}'"
        await desk.store.write(lambda tx, sql=sql: tx.exec_driver_sql(sql))
    visit = Appointment(
        external_id="a1", title="Visit", ticket_refs=("4",), technician_refs=("t1",), company_ref="c1",
        start_at=soon, end_at=soon + timedelta(hours=1),
    )  # fmt: skip
    source = {"connection": "psa", "connector": desk.settings.connections["psa"].connector, "environment": "live"}
    await desk.store.write(lambda tx: stored.put(tx, [visit], now=clock.now(), **source))
    return desk


async def test_everything_that_cannot_wait_is_shown_with_who_takes_it(busy, tmp_path):
    await applied(busy, tmp_path, ON_CALL)
    before = len(await busy.writes.list())
    rows = await busy.cover.show("ana")
    assert [(row.what, row.ticket, row.taker) for row in rows] == [
        ("appointment", "T4", "Dana Wolf"),
        ("urgent", "T1", "Dana Wolf"),
        ("ready", "T2", "Dana Wolf"),
        ("on call", None, "Dana Wolf"),
    ]
    assert (await busy.cover.preview("Ana Diaz")).waits == 1
    assert len(await busy.writes.list()) == before


async def test_it_is_released_together_with_a_result_for_each_row(busy):
    done = await busy.cover.hand_over("t1", reason="Ill")
    assert [(row.what, row.state) for row in done] == [
        ("appointment", None),
        ("urgent", "confirmed"),
        ("ready", "confirmed"),
    ]
    assert "appointments.change" in done.items[0].why  # this vendor cannot change any
    assert done.told == "1 thing has nobody yet."
    assert await holders(busy) == {"T1": "Dana Wolf", "T2": "Dana Wolf", "T3": "Ana Diaz"}
    assert {row.reason for row in (await kept(busy))[3:]} == {"Ill"}


async def test_before_a_holiday_everything_that_is_due_until_the_end_is_handed_over(busy, clock):
    rows = await busy.cover.show("ana", start=clock.now() + timedelta(days=1), until=clock.now() + timedelta(days=14))
    assert [row.ticket for row in rows] == ["T1", "T2", "T3"]


async def test_where_nobody_can_the_row_says_so_and_the_others_are_released(busy, tmp_path):
    out = "[leave.dana]\ntechnician = 'dana'\nfirst_day = 2026-03-01\nlast_day = 2026-03-20"
    await applied(busy, tmp_path, out)
    done = await busy.cover.hand_over("ana")
    assert {row.taker for row in done} == {None}
    assert done.items[1].why == "nobody can take it: Ana Diaz, Dana Wolf is out"
    seen = await busy.cover.show("Ana Diaz", scope=Scope("psa", companies=["c1"]))
    assert not any("is out" in row.why for row in seen)
    assert seen.items[0].why == "nobody can: Ana Diaz, Dana Wolf is not free"
    assert done.told == "3 things have nobody yet."
    assert (await holders(busy))["T1"] == "Ana Diaz"


async def test_what_changed_since_it_was_looked_at_stays_and_is_said(busy):
    plan = await busy.cover.preview("ana")
    await busy.tickets.update("T2", priority="P2", send=True)
    done = await busy.cover.hand_over("ana", shown=plan)
    assert [(row.ticket, row.state, row.why) for row in done if row.ticket == "T2"] == [
        ("T2", None, "It changed meanwhile.")
    ]


async def test_who_may_not_send_proposes_and_what_is_no_absence_is_refused(busy, clock):
    done = await of(busy, "coo").cover.hand_over("ana")
    assert {row.state for row in done if row.what != "appointment"} == {"proposed"}
    assert "2 hand-overs wait for an approval" in done.told
    with pytest.raises(SettingsError, match="back before they are out"):
        await busy.cover.show("ana", until=clock.now() - timedelta(hours=1))
    with pytest.raises(NotFoundLocallyError, match='no technician "nobody"'):
        await busy.cover.show("nobody")


async def test_turns_on_call_are_handed_over_in_the_same_release_and_hold_at_once(busy, tmp_path, clock):
    await applied(busy, tmp_path, ON_CALL)
    done = await of(busy, "coo").cover.hand_over("ana", reason="Ill")
    (turn,) = (row for row in done if row.what == "on call")
    assert (turn.title, turn.taker, turn.state, turn.write) == ("p1 primary", "Dana Wolf", "confirmed", None)
    assert [(one.line, one.technician) for one in await busy.oncall.who()] == [
        ("primary", "dana"),
        ("secondary", "dana"),
    ]
    assert [one.technician for one in await busy.oncall.who(at=turn.until)] == ["ana", "dana"]
    assert "on call" not in {row.what for row in await busy.cover.show("ana")}


async def test_a_turn_that_somebody_else_has_meanwhile_stays_theirs(busy, tmp_path, clock):
    await applied(busy, tmp_path, ON_CALL)
    plan = await busy.cover.preview("ana")
    await busy.oncall.override("p1", "dana", until=clock.now() + timedelta(hours=1))
    (turn,) = (row for row in await busy.cover.hand_over("ana", shown=plan) if row.what == "on call")
    assert (turn.taker, turn.state, turn.why) == (None, None, "It changed meanwhile.")


@pytest.mark.parametrize(
    ("out", "taker", "why"),
    [
        ((), "Eve Park", "the next on that list"),
        (("eve",), "Dana Wolf", "on call then already"),
        (("eve", "dana"), None, "nobody else on that list is there then"),
    ],
)
async def test_who_has_no_turn_then_takes_one_first_and_never_who_is_out(busy, tmp_path, out, taker, why):
    source = {"connection": "psa", "connector": busy.settings.connections["psa"].connector, "environment": "live"}
    eve = Technician(external_id="t3", name="Eve Park")
    await busy.store.write(lambda tx: stored.put(tx, [eve], now=busy.clock.now(), **source))
    turns = '["ana", "eve"]\nstarts = 2026-01-05T08:00:00\ndays = 365'
    leave = "".join(
        f"[leave.{name}]\ntechnician = '{name}'\nfirst_day = 2026-03-01\nlast_day = 2026-03-20\n" for name in out
    )
    more = "[technicians.eve]\ntechnician = 't3'\n" + ON_CALL.replace('["ana"]', turns) + leave
    await applied(busy, tmp_path, more)
    (turn,) = (row for row in await busy.cover.show("ana") if row.what == "on call")
    assert (turn.taker, turn.why) == (taker, why)


async def test_by_a_way_that_may_not_change_on_call_the_turn_stays_and_is_said(busy, tmp_path):
    await applied(busy, tmp_path, ON_CALL)
    may = frozenset({Capability.READ, Capability.TICKETS_ASSIGN})
    done = await busy.acting_as(Actor("user:mia", Way.TOKEN), only=may).cover.hand_over("ana")
    assert [row.why for row in done if row.what == "on call"] == ["you may not change who is on call"]
    assert [one.technician for one in await busy.oncall.who()] == ["ana", "dana"]


def test_what_is_under_way_has_somebody_and_doubts_are_told_apart():
    row = Handed(1, What.READY, None, None, "psa", "1", "T1", "", None, None, "Dana Wolf", "t2", "", 1)
    states = ("confirmed", "queued", "sending", "in_doubt", "rejected", "discarded")
    done = HandedOver((replace(row, taker=None), *(replace(row, state=one) for one in states)))
    assert done.told == "1 hand-over is in doubt: servicedesk writes list. 3 things have nobody yet."
    assert HandedOver((replace(row, what=What.ON_CALL, write=None),)).told == ""
