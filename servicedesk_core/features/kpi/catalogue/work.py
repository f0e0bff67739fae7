"""Hours of our people: what they were for, and how much of the time that there was."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from servicedesk_core.domain import AppointmentState, TicketKind
from servicedesk_core.faces import Case, Kpi, Sum
from servicedesk_core.features.kpi.cases.facts import EntryFact, Facts, Hours, Key, TechnicianFact, Work
from servicedesk_core.features.kpi.cases.measures import HOURS, MINUTES, PERCENT, Of

AT_ONCE: Final = timedelta(minutes=60)
"""Time that was entered so soon after the work is right."""

BILLABLE: Final = frozenset({Work.TIME_AND_MATERIALS, Work.CONTRACT, Work.PROJECT})
NOT_ENTERED: Final = "not entered"
_OUTSIDE: Final = (Hours.ON_CALL, Hours.AFTER)
UNITS: Final = 5
"""Devices of a model; of fewer nothing can be said."""


def _days(facts: Facts) -> Iterator[tuple[TechnicianFact, date, int, list[EntryFact]]]:
    """Yield the days on which our people should have worked, with the seconds that they had and what they entered.

    Our people are those whose shifts are known, and those who entered any time in the period. The day that is not over
    tells nothing yet, and neither does one of somebody of whom nobody said when they work.
    """
    entered: dict[tuple[Key, date], list[EntryFact]] = defaultdict(list)
    for entry in facts.entries:
        if entry.technician is not None and entry.day is not None:
            entered[(entry.connection, entry.technician), entry.day].append(entry)
    working = {who for who, _ in entered} | facts.scheduled
    first = facts.period.start.astimezone(facts.period.zone).date()
    unfinished = min(facts.period.end, facts.period.now).astimezone(facts.period.zone).date()
    days = [first + timedelta(days=number) for number in range((unfinished - first).days)]
    for person in facts.technicians:
        key = (person.connection, person.id)
        if key not in working:
            continue
        for day in days:
            available = None if facts.available_s is None else facts.available_s(key, day)
            if available is not None:
                yield person, day, available, entered.get((key, day), [])


def _person(person: TechnicianFact, day: date, above: float, below: float, excluded: str = "") -> Case:
    of = {**person.of, "technician": person.name, "day": day.isoformat()}
    return Case(f"{person.name} {day}", above, below, excluded, of, person.connection, person.id)


def _used(facts: Facts, kinds: frozenset[Work] | None) -> Iterator[Case]:
    for person, day, available, entries in _days(facts):
        if not entries:
            if available:
                yield _person(person, day, 0, available, NOT_ENTERED)
            continue
        counted = [one for one in entries if one.is_for_clients and (kinds is None or one.work in kinds)]
        outside = {hours: sum(one.worked_s or 0 for one in counted if one.hours is hours) for hours in _OUTSIDE}
        yield _person(person, day, sum(one.worked_s or 0 for one in counted) - sum(outside.values()), available)
        yield from (_person(person, day, worked_s, 0, hours) for hours, worked_s in outside.items() if worked_s)


def utilisation(facts: Facts) -> Iterator[Case]:
    """Yield the days of our people: hours that a client or a contract pays for, by hours available."""
    return _used(facts, BILLABLE)


def resource_utilisation(facts: Facts) -> Iterator[Case]:
    """Yield the same with all hours for clients, whoever pays for them."""
    return _used(facts, None)


def hours_by_kind(facts: Facts) -> Iterator[Case]:
    """Yield the time that was worked in the period."""
    for one in facts.entries:
        yield one.case(one.worked_s or 0, None, "" if one.worked_s is not None else "without its hours")


def not_entered(facts: Facts) -> Iterator[Case]:
    """Yield the days of our people with hours available, and those on which they entered nothing."""
    yield from (_person(who, day, not entries, 1) for who, day, available, entries in _days(facts) if available)


def worked_per_day(facts: Facts) -> Iterator[Case]:
    """Yield the days of our people, with the tickets that each worked on."""
    for person, day, available, entries in _days(facts):
        tickets = {one.ticket for one in entries if one.ticket is not None and one.is_for_clients}
        if available or tickets:
            missing = NOT_ENTERED if not entries else ""
            yield _person(person, day, len(tickets), 1 if available else 0, missing)


def entered_at_once(facts: Facts) -> Iterator[Case]:
    """Yield the time that was worked in the period, and what was entered within the hour."""
    for one in facts.entries:
        ended = one.ended_at
        if ended is None or one.created_at is None:
            yield one.case(0, 1, "nobody said when it ended, or was entered")
        else:
            yield one.case(one.created_at - ended <= AT_ONCE, 1)


def is_reactive(entry: EntryFact) -> bool:
    """Whether somebody worked on an incident of a client that a contract covers."""
    return _is_covered(entry) and entry.of.get("type") == TicketKind.INCIDENT


def _is_covered(entry: EntryFact) -> bool:
    return not entry.is_own and entry.work is Work.CONTRACT


def months_of(facts: Facts) -> Fraction:
    """Return how many months a period is: one of the calendar is one, whatever its days, else 30 days are one."""
    length_s = (facts.period.end - facts.period.start) // timedelta(seconds=1)
    return Fraction(1) if _is_a_month(facts) else Fraction(length_s, 30 * 86_400)


def reactive_hours(facts: Facts) -> Iterator[Case]:
    """Yield the hours of incidents under contract above the line, and the endpoints of the month below it."""
    for entry in facts.entries:
        if is_reactive(entry):
            yield entry.case(entry.worked_s or 0, 0)
        elif _is_covered(entry) and entry.of.get("type") is None and entry.ticket is not None:
            yield entry.case(0, 0, "ticket of no known kind")
    months = months_of(facts)
    for asset in facts.assets:
        if not asset.is_active and asset.until is None:
            continue
        there = [
            (asset.since is None or asset.since <= at) and (asset.until is None or asset.until > at)
            for at in (facts.period.start, min(facts.period.end, facts.period.now))
        ]
        if any(there):
            mean = Fraction(sum(there), 2)
            yield Case(asset.id, 0, float(mean * months), of=asset.of, connection=asset.connection)


def _is_a_month(facts: Facts) -> bool:
    start, end = (at.astimezone(facts.period.zone) for at in (facts.period.start, facts.period.end))
    return start.day == end.day == 1 and (end.year * 12 + end.month) - (start.year * 12 + start.month) == 1


def appointments_done(facts: Facts) -> Iterator[Case]:
    """Yield the appointments that were planned for the period, and which of them took place."""
    for one in facts.visits:
        if one.end_at is not None and one.end_at > facts.period.now:
            continue
        yield one.case(one.state is AppointmentState.COMPLETED, 1)


def travel(facts: Facts) -> Iterator[Case]:
    """Yield time on the road above the line, and visits at clients below it."""
    yield from (one.case(one.worked_s or 0, 0) for one in facts.entries if one.work is Work.TRAVEL)
    for one in facts.visits:
        if one.is_onsite and one.state is not AppointmentState.CANCELLED:
            yield one.case(0, 1)


def failures(facts: Facts) -> Iterator[Case]:
    """Yield incidents by model above the line, and the units of it below; models with less than 5 are left out."""
    models = {(one.connection, one.id): one for one in facts.assets}
    units: dict[str, int] = defaultdict(int)
    for one in facts.assets:
        units[one.model or ""] += one.is_active
    for ticket in facts.created:
        asset = models.get((ticket.connection, ticket.asset or ""))
        if ticket.kind is TicketKind.INCIDENT and asset is not None:
            reason = (
                "model unknown" if not asset.model else f"less than {UNITS} units" if units[asset.model] < UNITS else ""
            )
            yield ticket.case(1, 0, reason, {"model": asset.model})
    for one in facts.assets:
        if one.is_active and one.model and units[one.model] >= UNITS:
            yield Case(one.id, 0, 1, of={**one.of, "model": one.model}, connection=one.connection)


KPIS: Final = (
    Kpi(
        "utilisation", "Utilisation",
        "Hours for clients that somebody pays for (time and materials, under contract, projects), by hours available: "
        "those of the technician's shifts, else of the desk's calendar, less leave and approved time off. Who has no "
        "shift and entered no time in the period is not looked at; a day without entries is left out as not entered, "
        "and today is not looked at before it is over. Work that began outside of these hours stands apart: on call "
        "where it was the technician's turn, else after hours.",
        Of(utilisation, Sum.RATIO, PERCENT, needs=("time_entries",), calendar=True),
        unit="%", better="more", over="period", code="K09", leads=False, of_people=True,
        example="40 hours on shift, 8 of them a holiday, and 27.2 that somebody pays for: 27.2 of 32 are 85 %.",
    ),
    Kpi(
        "resource-utilisation", "Resource utilisation",
        "All hours for clients by hours available: goodwill, warranty rework and what nobody pays for belong to it; "
        "travel does not.",
        Of(resource_utilisation, Sum.RATIO, PERCENT, needs=("time_entries",), calendar=True),
        unit="%", better="more", over="period", code="K10", leads=False, of_people=True,
        example="The same week with an hour of goodwill: 28.2 of 32 are 88.13 %.",
    ),
    Kpi(
        "hours", "Hours worked",
        "Recorded time of the period; by work it says what it was for, and by when whether the desk was closed.",
        Of(hours_by_kind, Sum.TOTAL, HOURS, needs=("time_entries",)), unit="hours", better="more", over="period",
        example="27.2 hours under contract, 1 of goodwill, 1 on the road: 29.2 hours.",
    ),
    Kpi(
        "not-entered", "Days not entered",
        "Of the days of our people with hours available that are over, those without any entry.",
        Of(not_entered, Sum.RATIO, PERCENT, needs=("time_entries",), calendar=True), unit="%", over="period",
        leads=True, of_people=True,
        example="Of 20 days on shift 1 has no entry: 5 %.",
    ),
    Kpi(
        "tickets-per-day", "Tickets worked per day",
        "Different tickets of clients with recorded time, by technician and day, by the days with hours available. "
        "Days without any entry are left out.",
        Of(worked_per_day, Sum.MEAN, needs=("time_entries",), calendar=True),
        better="more", over="period", code="K14", leads=False, of_people=True,
        example="74 tickets on 9 days, and a day off that is none of them: 8.22.",
    ),
    Kpi(
        "real-time-entry", "Entered at once",
        "Of the time worked in the period, entries made within 60 minutes of their end.",
        Of(entered_at_once, Sum.RATIO, PERCENT, needs=("time_entries",)),
        unit="%", better="more", over="period", code="K32a", leads=True,
        example="Of 80 entries 76 were made within the hour: 95 %.",
    ),
    Kpi(
        "rhem", "Reactive hours per endpoint and month",
        "Hours of incidents under contract by the mean of managed devices at the beginning and the end; of a period "
        "that is no calendar month, as in 30 days.",
        Of(reactive_hours, Sum.RATIO, HOURS, needs=("time_entries", "assets")),
        unit="hours", over="period", code="K18", leads=False,
        example="118 hours of incidents under contract and 500 devices: 0.24 hours; 130 hours are 0.26.",
    ),
    Kpi(
        "job-completion", "Appointments kept",
        "Of the appointments planned for the period that are past, those that were completed.",
        Of(appointments_done, Sum.RATIO, PERCENT, needs=("appointments",)),
        unit="%", better="more", over="period", code="K30", leads=False,
        example="Of 20 appointments that are past 19 were completed: 95 %.",
    ),
    Kpi(
        "average-travel", "Travel per visit",
        "Time recorded as travel by visits at clients; [work_kinds] says which billing codes mean travel.",
        Of(travel, Sum.RATIO, MINUTES, needs=("time_entries", "appointments")), unit="minutes", over="period",
        code="K30a",
        example="200 minutes on the road and 5 visits: 40 minutes.",
    ),
    Kpi(
        "failures-per-model", "Failures per device",
        "Incidents about devices by devices in use; by model it shows which fail. Models of which there are less than "
        f"{UNITS} are left out.",
        Of(failures, Sum.RATIO, needs=("assets",)), unit="incidents", over="period", leads=True,
        example="5 devices of a model and 1 incident: 0.2.",
    ),
)  # fmt: skip
"""What is measured of hours, visits and devices."""
