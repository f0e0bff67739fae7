"""Rotas of other programs: what is taken in, what is shown before it is written, and what every wrong row is told."""

import csv
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core import Actor, Way
from servicedesk_core.capabilities import Role
from servicedesk_core.domain import Technician, TimeOff
from servicedesk_core.domain.work import TimeOffState
from servicedesk_core.errors import DefinitionsError, SettingsError
from servicedesk_core.features.rota.importing import made_of
from servicedesk_core.features.rota.reading import rows_of

PEOPLE = """\
[technicians.ana]
technician = "t1"

[technicians.ben]
technician = "t2"
"""
CSV = """\
Kind;Technician;Starts;Ends;Reason
;ana;2026-12-01 08:00;2026-12-01 12:00;
;Ana Iwu;2026-12-01 13:00;2026-12-01T17:00;
shift;ben@msp.example;2026-12-01 22:00;2026-12-02 06:00;
leave;t2;2026-12-24;2026-12-31;skiing

leave;ana;2026-12-24 12:00;2026-12-24 18:00;
"""
MADE = """\
# Written by servicedesk out of December.csv. Importing that again writes this file anew.

[leave.ben-2026-12-24]
technician = "ben"
first_day = 2026-12-24
last_day = 2026-12-31
reason = "skiing"

[leave.ana-2026-12-24]
technician = "ana"
starts = 2026-12-24T12:00:00+01:00
ends = 2026-12-24T18:00:00+01:00

[shifts.ana-december]
technicians = ["ana"]
days = { 2026-12-01 = "08:00-12:00, 13:00-17:00" }

[shifts.ben-december]
technicians = ["ben"]
days = { 2026-12-01 = "22:00-06:00" }
"""
WRONG = """\
technician,starts,ends,kind
ana,2026-12-01 08:00,2026-12-01 12:00,
nobody,2026-12-01 08:00,2026-12-01 12:00,
ana,first of May,2026-12-01 12:00,
ana,2026-12-01 11:00,2026-12-01 14:00,
ana,2026-12-02 12:00,2026-12-02 08:00,holiday
,2026-12-03,2026-12-02 08:00,leave
ben,2026-12-03,2026-12-04,
ben,2026-12-03 08:00,2026-12-05 08:00,
"""
TOLD = """\
Nothing of bad.csv was taken over:
  bad.csv:3: "nobody" means no technician, or several; there are: ana, ben.
  bad.csv:4: starts "first of May" is no time; write 2026-12-24, or 2026-12-24 08:00.
  bad.csv:5: overlaps with line 2.
  bad.csv:6: "holiday" is no kind; write shift or leave.
  bad.csv:6: ends must come after starts.
  bad.csv:7: names no technician.
  bad.csv:7: starts and ends are both days, or both times.
  bad.csv:8: a shift has times; write 2026-12-24 08:00.
  bad.csv:9: lasts a day or longer; write one row for each day."""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1
DTSTART:20261201T170000Z
DTEND:20261208T070000Z
SUMMARY:On call: Ana Iwu
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20261208
DTEND;VALUE=DATE:20261210
SUMMARY:On call
ATTENDEE;CN=Ben:mailto:ben@msp.example
END:VEVENT
BEGIN:VEVENT
UID:3
STATUS:CANCELLED
DTSTART:20261201T170000Z
SUMMARY:nobody
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def people(put, folder):
    await put(
        Technician(external_id="t1", name="Ana Iwu"),
        Technician(external_id="t2", name="Ben Ott", email="ben@msp.example"),
    )
    (folder / "people.toml").write_text(PEOPLE)


async def test_a_file_is_shown_first_and_written_when_somebody_says_so(desk, people, folder, tmp_path):
    (tmp_path / "December.csv").write_text(CSV)
    taking = {"file": tmp_path / "December.csv", "folder": folder}
    shown = await desk.rota.import_file(**taking)
    added = [line[1:] for line in shown.changes if line.startswith("+") and not line.startswith("+++")]
    assert added == MADE.splitlines()
    assert not shown.is_written
    assert not (folder / "rota-december.toml").exists()
    assert (await desk.rota.import_file(**taking, write=True)).is_written
    assert (folder / "rota-december.toml").read_text() == MADE
    assert (await desk.rota.import_file(**taking, write=True)).changes == ()
    await desk.definitions.apply(reason="december", folder=folder)
    found = await desk.rota.show(day=date(2026, 12, 1))
    assert [(one.technician, one.starts_at.astimezone(UTC).hour, one.worked_s) for one in found] == [
        ("ana", 7, 4 * 3600),
        ("ana", 12, 4 * 3600),
        ("ben", 21, 2 * 3600),
    ]


async def test_why_somebody_was_out_is_shown_to_who_may_know(desk, people, folder, tmp_path):
    written = """[leave.ben-2026-12-01]
technician = "ben"
first_day = 2026-12-01
reason = "in hospital"

[shifts.ben-december]
technicians = ["ben"]
days = { 2026-12-03 = "08:00-12:00" }
"""
    (folder / "rota-december.toml").write_text(written)
    (tmp_path / "december.csv").write_text("kind,technician,starts,ends,reason\nleave,ana,2026-12-02,,dentist\n")
    for name, role in (("aud", Role.AUDITOR), ("cora", Role.COORDINATOR)):
        await desk.people.invite(name, roles=(role,))
    told = {}
    for name in ("aud", "cora"):
        acting = desk.acting_as(Actor(f"user:{name}", Way.CLI))
        told[name] = "\n".join((await acting.rota.import_file(tmp_path / "december.csv", folder=folder)).changes)
    assert "hospital" in told["cora"]
    assert "hospital" not in told["aud"]
    for shown in ("-[leave.ben-2026-12-01]", "-[shifts.ben-december]", '"08:00-12:00"', '+reason = "dentist"'):
        assert shown in told["aud"]


async def test_every_wrong_row_is_told_with_its_line_and_nothing_is_written(desk, people, folder, tmp_path):
    (tmp_path / "bad.csv").write_text(WRONG)
    with pytest.raises(DefinitionsError) as refused:
        await desk.rota.import_file(tmp_path / "bad.csv", folder=folder, write=True)
    assert refused.value.message == TOLD
    assert not list(folder.glob("rota-*"))
    for name, text, told in (
        ("a.csv", "who,from\n", "there is no column technician"),
        ("a.xlsx", "", "neither a .csv"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises((DefinitionsError, SettingsError), match=told):
            await desk.rota.import_file(tmp_path / name, folder=folder)
    with pytest.raises(SettingsError):
        await desk.rota.import_file(folder=folder)


async def test_the_last_day_belongs_to_leave_however_a_day_is_written(desk, people, folder, tmp_path):
    (tmp_path / "leave.csv").write_text("technician,starts,ends\nana,20261224,20261226\n")
    taken = await desk.rota.import_file(tmp_path / "leave.csv", leave=True, folder=folder)
    assert "+last_day = 2026-12-26" in taken.changes


async def test_time_off_of_the_vendor_is_taken_once(desk, people, put, folder):
    for number, day in enumerate((8, 10, 11, 13)):
        off = date(2026, 11, day)
        await put(
            TimeOff(external_id=f"o{number}", technician_ref="t1", day=off, kind="Sick", state=TimeOffState.APPROVED)
        )
    made = await desk.rota.import_file(time_off_of_psa=True, folder=folder, write=True)
    assert made.definitions == 2
    text = (folder / "rota-time-off.toml").read_text()
    assert '[leave.ana-2026-11-10]\ntechnician = "ana"\nfirst_day = 2026-11-10\nlast_day = 2026-11-11\n' in text
    (folder / "rota-time-off.toml").rename(folder / "leave.toml")
    assert (await desk.rota.import_file(time_off_of_psa=True, folder=folder)).changes == ()


async def test_an_hour_off_of_which_nobody_says_when_is_no_day_off(desk, people, put, folder):
    begins = datetime(2026, 11, 12, 9, tzinfo=UTC)
    for ref, day, said in (("o1", 10, {"duration_s": 3_600}), ("o2", 12, {"duration_s": 7_200, "start_at": begins})):
        off = {"technician_ref": "t1", "day": date(2026, 11, day), "state": TimeOffState.APPROVED}
        await put(TimeOff(external_id=ref, **off, **said))
    made = await desk.rota.import_file(time_off_of_psa=True, folder=folder)
    assert made.definitions == 1
    assert "2026-11-10" not in "".join(made.changes)
    assert "+ends = 2026-11-12T12:00:00+01:00" in made.changes, "two hours after it begins"


async def test_time_off_that_was_taken_back_is_in_the_file_no_more(desk, people, put, folder):
    off = {"external_id": "o1", "technician_ref": "t1", "day": date(2026, 11, 10)}
    await put(TimeOff(**off, state=TimeOffState.APPROVED))
    await desk.rota.import_file(time_off_of_psa=True, folder=folder, write=True)
    await desk.definitions.apply(reason="time off", folder=folder)
    await put(TimeOff(**off, state=TimeOffState.CANCELLED))
    taken = await desk.rota.import_file(time_off_of_psa=True, folder=folder, write=True)
    assert (taken.definitions, taken.is_written) == (0, True)
    assert "-[leave.ana-2026-11-10]" in taken.changes
    await desk.definitions.apply(reason="taken back", folder=folder, remove=True)
    assert list(await desk.rota.show(day=date(2026, 11, 10))) == []
    (folder / "rota-time-off.toml").unlink()
    assert (await desk.rota.import_file(time_off_of_psa=True, folder=folder, write=True)).changes == ()
    assert not (folder / "rota-time-off.toml").exists()


async def test_turns_on_call_are_read_from_a_calendar(desk, people, folder, tmp_path):
    pytest.importorskip("icalendar")
    (tmp_path / "Night.ics").write_text(ICS)
    taken = await desk.oncall.import_file(tmp_path / "Night.ics", outside="office", folder=folder, write=True)
    assert (taken.is_written, taken.definitions) == (True, 1)
    await desk.definitions.apply(reason="nights", folder=folder)
    for at, who in ((datetime(2026, 12, 2, 2, tzinfo=UTC), ["ana"]), (datetime(2026, 12, 9, 20, tzinfo=UTC), ["ben"])):
        assert [one.technician for one in await desk.oncall.who(at=at)] == who
    (tmp_path / "Night.ics").write_text(ICS.replace("UID:2", "RRULE:FREQ=WEEKLY").replace(": Ana Iwu", ""))
    with pytest.raises(DefinitionsError) as refused:
        await desk.oncall.import_file(tmp_path / "Night.ics", folder=folder, write=True)
    assert 'Night.ics:4: "On call" means no technician' in refused.value.message
    assert "Night.ics:10: is repeated" in refused.value.message


async def test_an_event_of_two_technicians_means_neither_alone(desk, people, folder, tmp_path):
    pytest.importorskip("icalendar")
    both = ICS.replace("ATTENDEE;CN=Ben", "ATTENDEE;CN=Ana Iwu:mailto:ana@msp.example\nATTENDEE;CN=Ben")
    (tmp_path / "Night.ics").write_text(both)
    with pytest.raises(DefinitionsError, match=r"Night\.ics:10: .* means no technician, or several"):
        await desk.oncall.import_file(tmp_path / "Night.ics", folder=folder)


NIGHT = "technician,starts,ends\nana,2026-10-25 02:30{},2026-10-25 10:00\n"
DUTY = ICS.replace("DTSTART:20261201T170000Z", "DTSTART{}", 1)
OFFICE = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:STANDARD
DTSTART:20261025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20260329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT"""


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("a.csv", NIGHT.format(""), "clocks go back; write 2026-10-25 02:30+02:00 or 2026-10-25 02:30+01:00."),
        ("a.csv", NIGHT.format("+02:00"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("a.csv", NIGHT.format("+01:00"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("a.csv", NIGHT.format("").replace("10-25", "03-29"), "is left out that night"),
        ("a.ics", DUTY.format(":20261025T023000"), "comes twice that night"),
        ("a.ics", DUTY.format(":20261025T013000Z"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("a.ics", DUTY.format(";TZID=Europe/Berlin:20261025T023000"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("a.ics", DUTY.format(";TZID=Office:20261025T033000").replace("BEGIN:VEVENT", OFFICE, 1),
         datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_an_hour_that_comes_twice_is_asked_about_and_taken_as_it_is_told(file, text, told):
    if file.endswith("ics"):
        pytest.importorskip("icalendar")
    found = rows_of(file, text, "shift", ("shift", "leave"), ZoneInfo("Europe/Berlin"))
    if isinstance(told, str):
        assert told in found.problems[0][1]
    else:
        assert (found.problems, found.rows[0].starts.astimezone(UTC)) == ([], told)


def test_a_shift_cannot_begin_in_the_second_of_two_equal_hours():
    zone = ZoneInfo("Europe/Berlin")
    found = rows_of("a.csv", NIGHT.format("+01:00"), "shift", ("shift", "leave"), zone)
    made_of(found, {found.rows[0]: "ana"}, {}, "night", zone)
    assert "second of two equal hours" in found.problems[0][1]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("a.ics", ICS.replace("DTSTART:20261201T170000Z", "DTSTART;TZID=Eastern:20261201T170000", 1),
         'a.ics:4: names the zone "Eastern", which nobody knows; export it in UTC'),
        ("a.ics", ICS.replace("DTSTART:20261201T170000Z", "DTSTART;VALUE=TIME:170000", 1), "a.ics:4: has no time that"),
        ("a.ics", ICS.replace("20261210", "00010101"), "a.ics:10: has no time that can be read"),
        ("a.csv", "technician,starts,ends\nana,2026-12-01,9999-12-31\n", "a.csv:2: ends in the year 9999"),
        ("a.csv", 'technician,starts,ends\n"ana,' + 200_000 * "x", "a.csv:2: is no CSV: field larger than"),
    ],
)  # fmt: skip
def test_a_file_that_is_broken_or_tells_an_unknown_zone_is_told_with_its_line(file, text, told):
    if file.endswith("ics"):
        pytest.importorskip("icalendar")
    limit = csv.field_size_limit(131_072)  # the limit is of the process, and others of it need more
    try:
        with pytest.raises(DefinitionsError) as refused:
            rows_of(file, text, "leave", ("shift", "leave"), UTC).refuse(file)
    finally:
        csv.field_size_limit(limit)
    assert told in refused.value.message
