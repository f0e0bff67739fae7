"""Policies and calendars from texts that people write."""

from datetime import date

import pytest

from servicedesk_core.errors import DefinitionsError
from servicedesk_core.features.sla import Clock, Conditions, ReopenMode, read_definitions
from tests.sla.office import at, created, hours, judged, minutes

CALENDARS = """
# When we are there.
[calendars.office]
zone = "America/New_York"
hours = { mon-thu = "08:00-18:00", fri = "08:00-15:00" }
special = { 2026-12-24 = "08:00-12:00" }

[calendars.office.public_holidays]
country = "US"
region = "NY"
first_year = 2026
last_year = 2027
worked = [2026-10-12]

[calendars."day and night"]
zone = "America/New_York"
hours.mon-sun = "00:00-24:00"
"""

POLICIES = """
[sla]
calendar = "office"
effective_from = 2026-01-01T00:00:00-05:00

[[sla.policies]]
name = "own"
when.company = ["0"]

[[sla.policies]]
name = "standard"
reopen = "restart"
targets.P1 = { triage = "15 min", completion = "4 h", calendar = "day and night" }
otherwise = { triage = "1 h 30 min", completion = "24h" }
pauses = { waiting_customer = ["completion"] }
"""


def told(**files):
    with pytest.raises(DefinitionsError) as refused:
        read_definitions({f"{name}.toml": text for name, text in files.items()})
    return str(refused.value)


def test_texts_become_policies_and_calendars_that_clocks_are_judged_by():
    found = read_definitions({"calendars.toml": CALENDARS, "sla.toml": POLICIES})
    assert [one.name for one in found.calendars] == ["office", "day and night"]
    own, standard = found.policies.policies
    assert own.when == Conditions(company=("0",))
    assert standard.otherwise.triage == minutes(90)
    assert (standard.reopen, standard.pauses) == (ReopenMode.RESTART, {"waiting_customer": (Clock.COMPLETION,)})
    clocks = judged([created("03-07 10:00", "P1")], "03-07 11:00", under=[found.policies], calendars=found.calendars)
    assert clocks[Clock.COMPLETION, 1].due_at == at("03-07 14:00")
    assert found.policies.effective_from == at("01-01 00:00")


def test_a_calendar_takes_over_public_holidays_but_those_on_which_you_work():
    office = read_definitions({"calendars.toml": CALENDARS}).calendars[0]
    assert office.holidays[date(2027, 5, 31)] == "Memorial Day"
    assert date(2026, 10, 12) not in office.holidays
    assert office.between(at("12-24 00:00"), at("12-25 00:00")) == hours(4)


def test_files_without_policies_or_with_nothing_are_fine():
    assert read_definitions({"calendars.toml": CALENDARS}).policies is None
    assert read_definitions({}).calendars == ()


WRONG = """
[calendars.office]
zone = "America/New_Yrok"
hours = { mon-fri = "08:00-12:00, 11:00-18:00" }
holiday = []

[calendars.nights]
zone = "UTC"

[[sla.policies]]
name = "first"
otherwise = { completion = "soon" }

[[sla.policies]]
name = "second"
when = { regin = ["north"] }
targets.P1.complete = "4 h"
"""


def test_every_mistake_of_a_file_is_told_at_once_with_its_line_and_what_would_be_right():
    text = told(service=WRONG)
    assert text.startswith("The definitions have 8 problems:")
    for line in (
        'service.toml:3: calendars.office.zone: there is no time zone "America/New_Yrok"; write it as Europe/Berlin',
        "service.toml:4: calendars.office.hours: mon-fri: ",
        'service.toml:5: calendars.office.holiday: unknown setting. Did you mean "holidays"?',
        "service.toml:7: calendars.nights.hours: is missing.",
        'service.toml:12: sla.policies[1].otherwise.completion: "soon" is no business time; write hours and minutes',
        'service.toml:16: sla.policies[2].when.regin: unknown setting. Did you mean "region"?',
        'service.toml:17: sla.policies[2].targets.P1.complete: unknown setting. Did you mean "completion"?',
        "service.toml:10: sla.calendar: is missing.",
    ):
        assert line in text


def test_mistakes_of_several_files_are_told_together():
    text = told(one=WRONG, other="[sla", third="[slas]\ncalendar = 1")
    assert "one.toml:3: " in text
    assert "other.toml: no valid TOML: " in text
    assert 'third.toml:1: slas: unknown setting. Did you mean "sla"?' in text


def test_a_calendar_that_a_policy_names_must_be_there():
    text = told(calendars=CALENDARS, sla=POLICIES.replace('calendar = "day and night"', 'calendar = "day und night"'))
    assert 'sla.toml:13: sla.policies[2].targets.P1.calendar: there is no calendar "day und night".' in text
    assert 'Did you mean "day and night"?' in text
    assert "sla.toml:3: sla.calendar: there is no calendar" in told(sla=POLICIES)


def test_a_missing_calendar_is_told_beside_every_other_mistake():
    wrong = POLICIES.replace("day and night", "nights").replace('"24h"', '"soon"')
    text = told(calendars=CALENDARS.replace("New_York", "New_Yrok", 1), sla=wrong)
    assert text.startswith("The definitions have 3 problems:")
    assert 'sla.toml:13: sla.policies[2].targets.P1.calendar: there is no calendar "nights".' in text
    assert "no calendar" not in told(calendars="[calendars", sla=POLICIES)


def test_one_name_in_two_files_is_refused():
    text = told(one=CALENDARS + POLICIES, two=CALENDARS + POLICIES)
    assert "two.toml:3: calendars.office: stands in one.toml:3 already." in text
    assert "two.toml:19: sla: stands in one.toml:19 already." in text


def test_a_calendar_has_the_name_of_its_header():
    text = told(calendars=CALENDARS.replace('zone = "America/New_York"', 'zone = "UTC"\nname = "other"', 1))
    assert "calendars.toml:5: calendars.office.name: its name stands in the header; leave it out" in text


def test_public_holidays_that_cannot_be_taken_over_are_told():
    nowhere = told(calendars=CALENDARS.replace('"US"', '"XX"'))
    assert "calendars.toml:8: calendars.office.public_holidays: no public holidays are known of XX, NY" in nowhere
    backwards = told(calendars=CALENDARS.replace("first_year = 2026", "first_year = 2062"))
    assert "calendars.toml:8: calendars.office.public_holidays: first_year 2062 comes after last_year 2027" in backwards
    assert "2026-10-13: no public holiday" in told(calendars=CALENDARS.replace("2026-10-12", "2026-10-13"))


def test_lines_are_found_under_headers_in_quotes_and_in_arrays_of_tables_within_another():
    text = """
[[sla.policies]]
name = 'a'
[[sla.policies]]
name = 'b'
[sla.policies."targets".'P1']  # a table of the second
calendar = 7
triage = "x"
"""
    assert "t.toml:7: sla.policies[2].targets.P1.calendar: must be a valid string" in told(t=text)
    assert "t.toml:8: sla.policies[2].targets.P1.triage: " in told(t=text)
