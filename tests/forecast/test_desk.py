"""Forecast and staffing on a desk: from whole days that were read, by filters, in a scope, beside the rota."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from servicedesk_core import Actor, Scope, ServiceDesk, TicketFilter, Way
from servicedesk_core.domain import Company, Queue, Technician, Ticket, TimeEntry
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import passes, runs
from servicedesk_core.store.schema import RECORDS as STREAMS
from servicedesk_core.store.schema import progress
from servicedesk_core.testing.clock import FakeClock
from tests import stored
from tests.forecast.test_rules import WEEKS
from tests.stored import ON_BOTH

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 3, 2)  # a Monday; the clock goes forward in the night to the last of 28 days
NOW = datetime(2026, 3, 30, 8, tzinfo=BERLIN).astimezone(UTC)
TOML = """
[calendars.office]
zone = "Europe/Berlin"
hours = { mon-fri = "08:00-16:00" }

[job_roles.watch]
queues = ["noc"]

[technicians.ana]
technician = "t1"

[technicians.ben]
technician = "t2"
role = "watch"

[shifts.office]
technicians = ["ana", "ben"]
calendar = "office"

[leave.ben]
technician = "ben"
first_day = 2026-04-01

[staffing]
shrinkage = 0.0
occupancy = 1.0
"""


def tickets():
    for day, many in enumerate(WEEKS):
        for number in range(many):
            # In the last quarter of the day and in the first: days are those of Berlin, not of UTC.
            local = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), BERLIN)
            at = local.replace(hour=23, minute=50) if number % 2 else local.replace(minute=10)
            yield Ticket(
                external_id=f"{day}-{number}",
                title="Mail is down",
                created_at=at.astimezone(UTC),
                status_category="closed",
                queue_ref="noc" if number % 4 == 0 else "help",
                company_ref="a" if number < 2 else "b",
            )


RECORDS = [
    Company(external_id="a", name="Harbor"),
    Company(external_id="b", name="Orchard"),
    Queue(external_id="noc", name="Alarms", kind="noc"),
    Queue(external_id="help", name="Helpdesk", kind="helpdesk"),
    Technician(external_id="t1", name="Ana Diaz"),
    Technician(external_id="t2", name="Ben Ode"),
    *tickets(),
    TimeEntry(
        external_id="e", ticket_ref="0-0", technician_ref="t1", work_date=FIRST, worked_s=sum(WEEKS) * 900
    ),
]  # fmt: skip


def was_read(tx, source_id, at, since=None):
    """Say that all tickets were read, from an instant on."""
    run = runs.start(tx, f"run {at}", source_id, "tickets", mode="incremental", now=at)
    runs.finish(tx, run, runs.RunCounts(), outcome="ok", now=at)
    mode = "sweep" if since is None else "backfill"
    whole = passes.start(tx, passes.PassKey(source_id, "tickets", "scope", mode), at, since=since)
    passes.finish(tx, whole.pass_id, watermark=at, now=at)


@pytest.fixture(params=ON_BOTH)
async def desk(request):
    settings = {
        "desk": {"timezone": "Europe/Berlin"},
        "people": {"mia": {"roles": ["service-manager"]}, "eve": {"roles": ["finance"]}},
        "connections": {"psa": {"connector": "tabular"}},
    }
    url = request.getfixturevalue(request.param)
    async with ServiceDesk(settings, store=url, clock=FakeClock(NOW), actor=Actor("user:mia", Way.CLI)) as opened:
        source = await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.store.write(lambda tx: was_read(tx, source, NOW))
        yield opened


@pytest.fixture
def decide(desk, tmp_path):
    """Return what puts a text of definitions in place of all that were."""

    async def decide(text):
        (tmp_path / "all.toml").write_text(text)
        await desk.definitions.apply(folder=tmp_path, reason="decided", remove=True)

    return decide


async def test_the_days_to_come_are_the_last_week_over_again_with_what_they_rest_on(desk):
    found = await desk.forecast.tickets(days=7)
    assert [one.expected for one in found] == WEEKS[21:]
    assert (found.items[0].day, found.first_day, found.last_day) == (NOW.date(), FIRST, date(2026, 3, 29))
    assert (found.model, found.items[0].low, found.items[0].high) == (
        "seasonal naive",
        Decimal("46.0"),
        Decimal("49.0"),
    )
    assert found.why == (
        "By seasonal naive, from 28 days: 2026-03-02 to 2026-03-29. For the last week it would have been off by 1.71 "
        "tickets a day, Holt-Winters by 2.04."
    )


async def test_hours_are_those_of_the_clock_on_the_wall_also_where_it_was_changed(desk):
    found = await desk.forecast.hours(days=7)
    told = {(one.day.day, one.hour): one.expected for one in found if one.expected}
    assert told[30, 0] + told[30, 23] == 46
    assert {hour for _, hour in told} == {0, 23}
    assert len(found) == 7 * 24


async def test_the_backtest_shows_both_models_week_by_week_and_which_is_chosen(desk):
    rows = [
        (one.first_day.day, one.model, one.error, one.scaled, one.decides) for one in await desk.forecast.backtest()
    ]
    assert rows == [
        (23, "seasonal naive", Decimal("1.71"), Decimal("1.00"), True),
        (23, "Holt-Winters", Decimal("2.04"), Decimal("1.19"), True),
        (16, "seasonal naive", Decimal("1.71"), Decimal("1.00"), False),
    ]
    assert [one.is_chosen for one in await desk.forecast.backtest()] == [True, False, True]
    assert {one.model for one in await desk.forecast.backtest(hourly=True)} == {"seasonal naive", "Holt-Winters"}


async def test_a_filter_and_a_scope_forecast_their_own_tickets(desk):
    of_queue = await desk.forecast.tickets(TicketChoice(queue=("Alarms",)), days=1)
    assert [one.expected for one in of_queue] == [12]
    of_client = await desk.forecast.tickets(days=1, scope=Scope("psa", companies="a"))
    assert [one.expected for one in of_client] == [2]
    nothing = await desk.forecast.tickets(days=1, scope=Scope("psa", companies="c"))
    assert (nothing.items, nothing.why, nothing.model) == ((), "There is no ticket.", None)
    with pytest.raises(NotPermittedError):
        await desk.acting_as(Actor("user:eve", Way.CONSOLE)).forecast.tickets()


async def test_days_that_were_not_read_to_their_end_are_no_days_without_tickets(desk):
    desk.clock.advance(2 * 86_400)
    found = await desk.forecast.tickets(days=7)
    assert found.last_day == date(2026, 3, 29)
    assert [(one.day.day, one.expected) for one in found][:2] == [(1, WEEKS[23]), (2, WEEKS[24])]


async def test_of_three_days_nothing_is_forecast_and_the_reason_is_told(desk):
    since = datetime(2026, 3, 26, 12, tzinfo=UTC)

    def read_lately(tx):
        tx.execute(delete(progress))
        was_read(tx, 1, NOW, since)

    await desk.store.write(read_lately)
    lacks = "Of 3 whole days all tickets are known, from 2026-03-27 to 2026-03-29: a forecast takes 14."
    asked = desk.forecast
    for found in (
        await asked.tickets(),
        await asked.hours(),
        await asked.backtest(),
        await asked.staffing(),
        await asked.gaps(),
    ):
        assert (found.items, found.why) == ((), lacks)


async def test_technicians_are_what_tickets_take_beside_the_rota(desk, decide):
    await decide(TOML)
    found = await desk.forecast.staffing(days=7)
    assert (found.handle_s, found.shift_s, found.occupancy, found.shrinkage) == (900, 8 * 3_600, 1, 0)
    monday, tuesday, wednesday = found.items[:3]
    assert (monday.workload_s, monday.needed, monday.planned_s, monday.missing) == (46 * 900, 2, 16 * 3_600, 0)
    assert (wednesday.out_s, wednesday.missing_s, wednesday.missing) == (8 * 3_600, 54 * 900 - 8 * 3_600, 1)
    assert [one.missing for one in found.items[5:]] == [1, 1], "nobody works on Saturday"
    assert found.why.endswith(
        "A ticket takes 15 min, a shift is 8 h, of which 0 % is leave and absence; of the rest 100 % goes into tickets."
    )
    assert tuesday.missing == 0


async def test_gaps_say_for_which_queues_nobody_is_there(desk, decide):
    await decide(TOML)
    rows = [(one.day.day, one.group, one.expected, one.missing) for one in await desk.forecast.gaps(days=3, every=True)]
    assert rows == [
        (30, "helpdesk", 34, 1), (30, "noc", 12, 0), (31, "helpdesk", 45, 1), (31, "noc", 15, 0),
        (1, "helpdesk", 40, 1), (1, "noc", 14, 1),
    ]  # fmt: skip
    only = await desk.forecast.gaps(days=1)
    assert only.why.startswith("A ticket takes 15 min")
    assert [(one.group, one.missing_s) for one in only] == [("helpdesk", 34 * 900 - 8 * 3_600)]


async def test_where_nobody_has_a_shift_everybody_works_the_hours_of_the_desk(desk):
    found = await desk.forecast.staffing(days=6)
    assert (found.shift_s, found.shrinkage) == (10 * 3_600, 0)
    assert [one.planned_s for one in found] == [*[2 * 10 * 3_600] * 5, 0]
    await desk.store.write(lambda tx: tx.execute(delete(STREAMS["technicians"])))
    assert (await desk.forecast.staffing()).why.startswith("Nobody works for the desk: sync its technicians")


async def test_what_nobody_knows_of_the_team_is_told_in_place_of_numbers(desk, decide):
    await desk.store.write(lambda tx: tx.execute(delete(STREAMS["time_entries"])))
    found = await desk.forecast.gaps()
    assert (found.items, found.why[:55]) == ((), "No time was recorded on the tickets of the last 8 weeks")
    await decide("[staffing]\nshift_hours = 8\nshrinkage = 0.15\nhandle_hours = 0.75\n")
    (day,) = await desk.forecast.staffing(days=1)
    assert (day.needed, day.missing) == (7, 4)
    desk.clock.advance(60)
    await decide("[staffing]\nhandle_hours = 0.1\n")
    found = await desk.forecast.gaps(days=5)
    assert (found.items, found.why[:18]) == ((), "Nobody is missing.")


async def test_a_rota_that_was_only_begun_is_reckoned_by_the_weeks_to_come(desk, decide):
    await decide(TOML.replace('"ana", "ben"]', '"ana", "ben"]\nfirst_day = 2026-03-30').replace("shrinkage = 0.0", ""))
    found = await desk.forecast.staffing(days=3)
    # Of the twenty working days of both one is leave.
    assert (found.shift_s, found.shrinkage) == (8 * 3_600, Decimal("0.03"))
    assert [one.missing for one in found] == [0, 0, 1]


async def test_what_is_counted_is_what_lists_hold(desk):
    of_day = TicketFilter(
        created_since=datetime(2026, 3, 23, tzinfo=BERLIN),
        created_before=datetime(2026, 3, 24, tzinfo=BERLIN),
        everything=True,
    )
    assert await desk.tickets.count(of_day) == (await desk.forecast.tickets(days=1)).items[0].expected
