"""Call-outs, rest after work at night, the list for payroll and patterns, on a desk."""

from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core import Actor, Scope, ServiceDesk, Way
from servicedesk_core.domain import Queue, Technician, Ticket, TimeEntry
from servicedesk_core.errors import NotPermittedError, SettingsError
from servicedesk_core.testing.clock import FakeClock
from tests import stored
from tests.stored import ON_BOTH

NOW = datetime(2026, 3, 11, 7, tzinfo=UTC)  # Wednesday, 08:00 in Berlin
DAY = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}
TOML = """
[calendars.office]
zone = "Europe/Berlin"
hours = { mon-fri = "08:00-17:00" }

[technicians.ana]
technician = "t1"

[technicians.ben]
technician = "t2"

[shifts.office]
technicians = ["ana", "ben"]
calendar = "office"

[on_call.night]
primary = ["ana"]
outside = "office"

[leave.ben]
technician = "ben"
first_day = 2026-03-12

[rest]
hours = 11
least_min = 15
"""
PEOPLE = {
    "mia": {"roles": ["service-manager"]},
    "ana": {"roles": ["technician"], "technician": "t1", "page": ["env:PAGE_ANA"]},
    "nob": {"roles": ["technician"]},
}


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def entry(number, who, start, minutes, ticket="1"):
    end = start + timedelta(minutes=minutes)
    return TimeEntry(
        external_id=number, ticket_ref=ticket, technician_ref=who, work_date=start.date(), start_at=start, end_at=end,
        worked_s=60 * minutes,
    )  # fmt: skip


RECORDS = [
    Queue(external_id="q1", name="Helpdesk"),
    Technician(external_id="t1", name="Ana Diaz"),
    Technician(external_id="t2", name="Ben Ode"),
    Technician(external_id="t3", name="Cho Lim"),
    Technician(external_id="t4", name="Dee Fox"),
    Ticket(
        external_id="1", number="T1", title="Mail is down", queue_ref="q1", status_category="new", created_at=at(10, 9)
    ),
    entry("e1", "t1", at(11, 1, 30), 60),  # 02:30 to 03:30 in Berlin, on call
    entry("e2", "t1", at(10, 9), 120),  # in her shift
    entry("e4", "t3", at(10, 22), 60),  # nobody said her shifts
    entry("e3", "t2", at(10, 15, 30), 90),  # from half an hour before the end of his shift on
]


@pytest.fixture(params=ON_BOTH)
async def desk(request, tmp_path):
    settings = {
        "desk": {"timezone": "Europe/Berlin"},
        "people": PEOPLE,
        "connections": {"psa": {"connector": "tabular"}},
    }
    url = request.getfixturevalue(request.param)
    async with ServiceDesk(settings, store=url, clock=FakeClock(NOW), actor=Actor("user:mia", Way.CLI)) as opened:
        (tmp_path / "service").mkdir()
        (tmp_path / "service" / "all.toml").write_text(TOML)
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))


async def test_a_call_out_says_who_when_how_long_for_what_and_until_when_they_rested(desk):
    (one,) = await desk.worktime.callouts(**DAY)
    assert (one.technician, one.starts_at, one.lasted_s, one.night_s) == ("Ana Diaz", at(11, 1, 30), 3_600, 3_600)
    assert (one.ticket, one.list_name, one.line, one.rests_until) == ("T1", "night", "primary", at(11, 13, 30))
    assert (await desk.worktime.callouts(first_day=date(2026, 3, 12), last_day=date(2026, 3, 12))).items == ()


async def test_who_worked_at_night_rests_as_a_gate_with_its_reason_and_their_shift_begins_later(desk):
    rows = {one.technician: one for one in await desk.assign.candidates("T1")}
    assert rows["Ana Diaz"].why == "rests until 2026-03-11 14:30 after work at night"
    assert rows["Ben Ode"].place == 1
    slots = [one for one in await desk.appointments.slots(days=1) if one.technician == "Ana Diaz"]
    assert [one.starts_at for one in slots] == [at(11, 13, 30)]
    (hours,) = [one for one in await desk.schedule.hours() if one.technician == "Ana Diaz"]
    assert (hours.h08, hours.h13, hours.h14, hours.h15) == ("R", "R", "·", "·")
    turns = [(one.presence, one.starts_at, one.ends_at) for one in await desk.rota.show() if one.technician == "ana"]
    assert turns == [("rests", at(11, 2, 30), at(11, 13, 30)), ("on shift", at(11, 13, 30), at(11, 16))]
    assert [one.technician for one in await desk.oncall.who(at=at(11, 4))] == ["ana"], "who rests may be rung yet"


async def test_payroll_counts_each_hour_once(desk):
    ana, ben, cho = await desk.worktime.payroll(**DAY)
    assert (cho.recorded_s, cho.shifts, cho.shift_s, cho.overtime_s, cho.night_s) == (3_600, None, None, None, 0)
    whole = 22 * 9 * 3_600
    assert (ana.shifts, ana.shift_s, ana.recorded_s, ana.leave_s) == (22, whole, 3 * 3_600, 0)
    assert (ana.overtime_s, ana.callouts, ana.callout_s, ana.night_s, ana.turns) == (0, 1, 3_600, 3_600, 1)
    assert (ben.shifts, ben.shift_s, ben.leave_s) == (21, whole - 9 * 3_600, 9 * 3_600)
    assert (ben.overtime_s, ben.callouts, ben.night_s, ben.turns, ben.on_call_s) == (3_600, 0, 0, 0, 0)


async def test_everybody_sees_their_own_lines_and_only_who_may_those_of_others(desk):
    assert [one.technician for one in await of(desk, "ana").worktime.payroll(**DAY)] == ["Ana Diaz"]
    assert len(await of(desk, "ana").worktime.callouts(**DAY)) == 1
    assert (await of(desk, "nob").worktime.payroll(**DAY)).items == ()
    scope = Scope("psa", companies="c9")
    (own,) = await of(desk, "ana").worktime.callouts(**DAY, scope=scope)
    assert own.ticket is None, "of another client nothing is told"
    assert (await desk.worktime.payroll(**DAY, scope=scope)).items == ()
    with pytest.raises(NotPermittedError):
        await of(desk, "ana").worktime.patterns()


async def test_of_two_people_there_is_no_pattern_and_what_is_no_period_is_refused(desk):
    assert (await desk.worktime.patterns()).items == ()
    for wrong in ((date(2026, 3, 2), date(2026, 3, 1)), (date(2020, 1, 1), date(2026, 1, 1))):
        with pytest.raises(SettingsError, match="no period"):
            await desk.worktime.payroll(first_day=wrong[0], last_day=wrong[1])
    (one,) = await desk.worktime.payroll(technician="ben")
    assert (one.first_day, one.last_day) == (date(2026, 2, 1), date(2026, 2, 28))


async def test_the_same_time_on_a_ticket_and_on_none_is_paid_once(desk):
    twice = [entry("e9", "t1", at(11, 1, 30), 60, ticket=None)]
    await desk.store.write(lambda tx: stored.put(tx, twice, now=NOW))
    ana = next(iter(await desk.worktime.payroll(**DAY)))
    assert (ana.callouts, ana.callout_s, ana.night_s) == (2, 3_600, 3_600)
    assert [one.ticket for one in await desk.worktime.callouts(**DAY)] == [None, "T1"]
    assert [one.ends_at for one in await desk.rota.show() if one.presence == "rests"] == [at(11, 13, 30)]


@pytest.mark.parametrize(("first", "hours"), [(date(2026, 10, 1), 745), (date(2025, 3, 29), 24 + 23 + 24)])
async def test_hours_on_call_over_a_change_of_clocks_are_as_many_as_there_were(desk, first, hours):
    last = date(2026, 10, 31) if first.year == 2026 else date(2025, 3, 31)
    lines = await desk.worktime.payroll(first_day=first, last_day=last, technician="Ana")
    assert [one.on_call_s for one in lines] == [hours * 3_600]


async def test_of_two_technicians_with_one_name_each_has_their_own_hours_alone(desk):
    other = [Technician(external_id="t1", name="Ana Diaz"), entry("o1", "t1", at(12, 1), 30)]
    await desk.store.write(lambda tx: stored.put(tx, other, now=NOW, connection="other"))
    lines = [one for one in await desk.worktime.payroll(**DAY) if one.technician == "Ana Diaz"]
    assert {one.connection: (one.callouts, one.callout_s) for one in lines} == {"psa": (1, 3_600), "other": (1, 1_800)}
    assert [one.starts_at for one in await desk.worktime.callouts(**DAY)] == [at(11, 1, 30), at(12, 1)]
    mine = of(desk, "ana")
    assert [one.connection for one in await mine.worktime.payroll(**DAY)] == ["psa"]
    assert [one.starts_at for one in await mine.worktime.callouts(**DAY)] == [at(11, 1, 30)]


async def test_a_call_out_says_the_rest_of_its_own_night_alone(desk):
    short = [entry("s1", "t1", at(3, 1), 10), entry("s2", "t1", at(10, 23), 5)]
    await desk.store.write(lambda tx: stored.put(tx, short, now=NOW))
    found = {one.starts_at: one.rests_until for one in await desk.worktime.callouts(**DAY)}
    until = at(11, 13, 30)
    assert found == {at(3, 1): None, at(10, 23): until, at(11, 1, 30): until}
