"""Hours available are those of people's own shifts, without holidays, leave and time off; the rest stands apart."""

import pytest

from servicedesk_core.domain import Technician, TimeOff, TimeOffState
from servicedesk_core.features.kpi.cases.facts import Hours
from servicedesk_core.features.kpi.periods import period_of
from servicedesk_core.features.kpi.tables.facts import StoredFacts
from servicedesk_core.features.oncall import lists_of
from servicedesk_core.features.rota import rota_of
from servicedesk_core.features.skills import crew
from tests.kpi.conftest import NOW, _entry, fill
from tests.kpi.given import NAMED, UTC, at

SAID = """
[calendars.week]
zone = "UTC"
hours = { mon-fri = "09:00-17:00" }
holidays = { 2026-03-04 = "Feast" }
[calendars.nights]
zone = "UTC"
hours = { mon-fri = "22:00-06:00" }
[technicians.ana]
technician = "ana"
[technicians.ben]
technician = "ben"
[technicians.cas]
technician = "cas"
[shifts.day]
technicians = ["ana"]
calendar = "week"
[shifts.night]
technicians = ["ben"]
calendar = "nights"
[leave.ana]
technician = "ana"
starts = 2026-03-12T13:00:00Z
ends = 2026-03-12T17:00:00Z
[leave.cas]
technician = "cas"
first_day = 2026-03-10
[on_call.desk]
outside = "week"
primary = ["ana"]
"""


@pytest.fixture
async def staffed(desk, tmp_path):
    """The desk with shifts: by day, by night, and somebody who has none."""
    off = {"state": TimeOffState.APPROVED, "day": at(3, 13).date()}
    rows = [
        Technician(external_id="cas", name="Cas"),
        TimeOff(external_id="1", technician_ref="ana", duration_s=4 * 3600, **off),  # nobody said which hours
        TimeOff(external_id="2", technician_ref="ben", start_at=at(3, 13, 22), end_at=at(3, 14, 1), **off),
        _entry("n1", "1", "ben", at(3, 3, 23), 60),
        _entry("n2", "1", "ben", at(3, 3, 12), 60),
        _entry("n3", "1", "ana", at(3, 3, 20), 30),
        _entry("c", "1", "cas", at(3, 9, 10), 60),
    ]
    await desk.store.write(lambda tx: fill(tx, rows))
    (tmp_path / "service" / "people.toml").write_text(SAID)
    await desk.definitions.apply(reason="shifts", folder=tmp_path / "service")
    return desk


async def test_hours_available_are_those_of_shifts_without_holidays_leave_and_time_off(staffed):
    def read(tx):
        facts = StoredFacts(tx, period_of("2026-03", UTC, NOW))
        return [
            [facts.available_s(("psa", who), at(3, day).date()) / 3600 for day in (2, 4, 7, 10, 12, 13, 31)]
            for who in ("ana", "ben", "cas")
        ] + [facts.scheduled]  # fmt: skip

    ana, ben, cas, scheduled = await staffed.store.read(read)
    assert ana == [8, 0, 0, 8, 4, 4, 8]
    assert ben == [8, 8, 0, 8, 8, 5, 8]  # a night belongs to the day on which it begins
    assert cas == [8, 8, 0, 0, 8, 8, 8]  # without a shift those of the desk count
    assert scheduled == {("psa", "ana"), ("psa", "ben")}


async def test_work_outside_of_ones_own_shift_stands_apart_and_on_call_apart_from_after_hours(staffed):
    when = {one.group: one.value for one in await staffed.kpi.show("hours", by="when", period="2026-03-03")}
    assert when == {Hours.IN: 2, Hours.AFTER: 1.5, Hours.ON_CALL: 0.5}  # Ben's noon and nine o'clock are none of his
    people = {one.group: one for one in await staffed.kpi.show("K09", by="technician", period="2026-03-03")}
    assert (people["Ben"].numerator, people["Ben"].denominator) == (3600, 8 * 3600)
    assert people["Ana"].excluded == {"on call": 1}
    [k09] = await staffed.kpi.show("K09", period="2026-W11")
    assert (k09.excluded, k09.denominator) == ({"not entered": 13}, 8 * 3600)
    assert (await staffed.call(NAMED["utilisation"], period_of("2026-03-03", UTC, NOW))).denominator == 2 * 8 * 3600


async def test_whoever_is_on_shift_and_entered_nothing_has_not_entered(staffed):
    [entered] = await staffed.kpi.show("not-entered", period="2026-W12")
    assert (entered.numerator, entered.denominator) == (10, 10)  # nobody entered anything that week
    [used] = await staffed.kpi.show("utilisation", period="2026-W12")
    assert (used.value, used.verdict, used.excluded) == (None, "no_data", {"not entered": 10})
    [tickets] = await staffed.kpi.show("K14", period="2026-W12")
    assert (tickets.value, tickets.excluded) == (None, {"not entered": 10})


async def test_who_is_there_is_told_at_each_instant_as_the_rota_and_the_lists_tell_it(staffed, tmp_path):
    people = tmp_path / "service" / "people.toml"
    opens_later = SAID.replace('"09:00-17:00" }', '"15:00-20:00" }\neffective_from = 2026-09-09T12:00:00Z', 1)
    people.write_text(opens_later)
    await staffed.definitions.apply(reason="in autumn we open later", folder=tmp_path / "service")

    def read(tx):
        facts = StoredFacts(tx, period_of("2026-03", UTC, NOW))
        rota, [listed] = rota_of(tx, crew(tx, {}), UTC), lists_of(tx, UTC)
        instants = [at(9, day, hour, minute) for day in (8, 9, 10) for hour in range(24) for minute in (0, 59)]
        for one in instants:
            assert facts.on_shift(one) == len(rota.on_shift(one))
            works, called = "ana" in rota.on_shift(one), listed.at(one)
            hours = Hours.IN if works else Hours.ON_CALL if called else Hours.AFTER
            assert facts.when(("psa", "ana"), one) is hours
        return [(one.start, one.end) for one in listed.held("ana", at(9, 8, 12), at(9, 10, 12))]

    assert await staffed.store.read(read) == [(at(9, 8, 17), at(9, 10, 12))]
