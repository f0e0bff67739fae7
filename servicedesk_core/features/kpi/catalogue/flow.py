"""Volume, backlog, time to resolve, and what came back."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Case, Kpi, Sum
from servicedesk_core.features.kpi.cases.facts import EntryFact, Facts, TicketFact
from servicedesk_core.features.kpi.cases.measures import HOURS, PERCENT, Of
from servicedesk_core.features.kpi.cases.repeats import PLANNED, WINDOW

REOPENED_WITHIN: Final = timedelta(days=7)
SESSION_GAP: Final = timedelta(minutes=60)
"""Work with a longer break between is two sessions."""

_AGES: Final = ((2, "0-1 days"), (6, "2-5 days"), (11, "6-10 days"))
_OLDER: Final = "over 10 days"


def created(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were created in the period."""
    yield from (one.case() for one in facts.created)


def resolved(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were resolved in the period."""
    yield from (one.case() for one, _ in facts.resolved)


def backlog(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were open at the end of the period, with their age at that instant."""
    end = min(facts.period.end, facts.period.now)
    for one in facts.tickets:
        if one.created_at is None or one.created_at >= end:
            continue
        last = max((at for at in (*one.resolutions, *one.reopenings) if at < end), default=None)
        if last is not None and last in one.resolutions:
            continue
        done_later = any(at >= end for at in one.resolutions)
        if not one.is_open and not done_later and not one.outside:
            yield one.case(excluded="done, and nobody said when")
        elif one.is_open or done_later:
            days = (end - one.created_at).days
            age = next((name for below, name in _AGES if days < below), _OLDER)
            yield one.case(beside={"age": age})


def kill(facts: Facts) -> Iterator[Case]:
    """Yield what was resolved above the line and what was created below it."""
    yield from (one.case(1, 0) for one, _ in facts.resolved)
    yield from (one.case(0, 1) for one in facts.created)


def times_to_resolve(facts: Facts) -> Iterator[Case]:
    """Yield the elapsed time of each ticket that was resolved in the period."""
    for one, at in facts.resolved:
        if one.created_at is None or at < one.created_at:
            yield one.case(excluded="resolved before it was created" if one.created_at else "nobody said when it began")
        else:
            yield one.case((at - one.created_at) // timedelta(seconds=1), 1)


def reopened(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were resolved in the period, and which of them were opened again."""
    yield from (one.case(one.reopened_within(at, REOPENED_WITHIN), 1) for one, at in facts.resolved)


def sessions(entries: Iterable[EntryFact]) -> int:
    """Return in how many sittings something was worked on: time is merged where the gap is at most an hour."""
    spans = sorted((one.start_at, one.ended_at) for one in entries if one.start_at and one.ended_at)
    count, until = 0, None
    for start, end in spans:
        count += until is None or start - until > SESSION_GAP
        until = end if until is None else max(until, end)
    return count


def _eligible(facts: Facts) -> Iterator[tuple[TicketFact, datetime, str]]:
    for one, at in facts.resolved:
        yield one, at, f"{str(one.kind).replace('_', ' ')}" if one.kind in PLANNED else ""


def first_call(facts: Facts) -> Iterator[Case]:
    """Yield the eligible tickets, and which were resolved by one technician in one session, for good."""
    again = facts.repeats
    for one, at, planned in _eligible(facts):
        held = facts.entries_of.get(one.key, ())
        people = {each.technician for each in held}
        unknown = (
            "no time recorded" if not held
            else "time without its hours" if any(each.start_at is None or each.ended_at is None for each in held)
            else ""
        )  # fmt: skip
        once = len(people) == 1 and sessions(held) == 1
        yield one.case(
            once and not one.reopened_within(at, REOPENED_WITHIN) and one.key not in again, 1, planned or unknown
        )


def first_visit(facts: Facts) -> Iterator[Case]:
    """Yield the eligible tickets with a visit, and which of them took one only and stayed resolved."""
    for one, at, planned in _eligible(facts):
        visits = [each for each in facts.visits_of.get(one.key, ()) if each.is_onsite is not False]
        done = [
            each
            for each in visits
            if each.state == "completed" or (each.state == "booked" and each.end_at and each.end_at <= at)
        ]
        if done:
            yield one.case(len(done) == 1 and not one.reopened_within(at, REOPENED_WITHIN), 1, planned)


def repeated(facts: Facts) -> Iterator[Case]:
    """Yield the eligible tickets, and which of them had a follow-up."""
    again = facts.repeats
    for one, _, planned in _eligible(facts):
        rule = again.get(one.key)
        yield one.case(rule is not None, 1, planned, {"rule": rule})


def reactive(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were created in the period, and which of them report something broken."""
    for one in facts.created:
        broken = one.kind in (TicketKind.INCIDENT, TicketKind.ALERT)
        yield one.case(broken, 1, "" if one.kind else "of no known kind")


def incidents_of_problems(facts: Facts) -> Iterator[Case]:
    """Yield the incidents that were created in the period and belong to a problem, by problem."""
    known: dict[tuple[str, str], int] = {}
    for one in facts.created:
        if one.problem and not one.outside:
            known[one.connection, one.problem] = known.get((one.connection, one.problem), 0) + 1
    yield from (Case(problem, count, 1, connection=connection) for (connection, problem), count in known.items())


def log_mismatches(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were resolved in the period, and which of them do not agree with their log."""
    doubled = overlapping((*facts.entries, *(one for held in facts.entries_of.values() for one in held)))
    for one, at in facts.resolved:
        held = facts.entries_of.get(one.key, ())
        told = one.reported_resolved_at
        wrong = (
            "reported and logged resolution differ" if told is not None and abs(told - at) > timedelta(minutes=5)
            else next(filter(None, (_mismatch(one, each, at, doubled) for each in held)), None)
        )  # fmt: skip
        yield one.case(wrong is not None, 1, beside={"mismatch": wrong})


def overlapping(entries: Iterable[EntryFact]) -> frozenset[tuple[str, str]]:
    """Return the time that overlaps other time of the same technician, by connection and id."""
    people: dict[tuple[str, str], dict[str, tuple[datetime, datetime]]] = {}
    for one in entries:
        if one.technician and one.start_at is not None and one.ended_at is not None and one.start_at < one.ended_at:
            people.setdefault((one.connection, one.technician), {})[one.id] = one.start_at, one.ended_at
    found = set()
    for (connection, _), spans in people.items():
        last, until = "", None
        for ref, (start, end) in sorted(spans.items(), key=lambda each: each[1]):
            if until is not None and start < until:
                found |= {(connection, ref), (connection, last)}
            if until is None or end > until:
                last, until = ref, end
    return frozenset(found)


def _mismatch(ticket: TicketFact, entry: EntryFact, resolved_at: datetime, doubled: frozenset[tuple[str, str]]) -> str:
    start, ended, told = entry.start_at, entry.ended_at, entry.created_at
    if ended is not None and ended > resolved_at:
        return "time after the resolution"
    if start is not None and ticket.created_at is not None and start < ticket.created_at:
        return "time before the ticket"
    late = ended is not None and told is not None and told - ended > timedelta(days=1)
    if (entry.connection, entry.id) in doubled:
        return "time that overlaps other time of the technician"
    return "time entered more than a day late" if late else ""


KPIS: Final = (
    Kpi(
        "created", "Tickets created", "Tickets that were created in the period.", Of(created, Sum.TOTAL),
        over="period", leads=True,
        example="310 tickets came in October, and 4 of them were spam: 306.",
    ),
    Kpi(
        "resolved", "Tickets resolved",
        "Tickets that were resolved, or closed without that, in the period; the first time in it counts.",
        Of(resolved, Sum.TOTAL), better="more", over="period", leads=False,
        example="290 tickets were resolved in October, one of them twice: 290.",
    ),
    Kpi(
        "backlog", "Backlog",
        "Tickets that were open at the end of the period; by age: 0-1, 2-5, 6-10 and over 10 whole days.",
        Of(backlog, Sum.TOTAL), over="period", leads=True,
        example="40 tickets were open at midnight of the last day: 40; by age 12 of them are older than 10 days.",
    ),
    Kpi(
        "kill-rate", "Resolved of created",
        "Tickets resolved in the period by tickets created in it; under 100 % the backlog grows.",
        Of(kill, Sum.RATIO, PERCENT), unit="%", better="more", over="period", leads=True,
        example="290 resolved and 306 created: 94.77 %, so the backlog grew by 16.",
    ),
    Kpi(
        "time-to-resolve", "Mean time to resolve",
        "Elapsed time from creation to the resolution, of the tickets that were resolved in the period.",
        Of(times_to_resolve, Sum.MEAN, HOURS), unit="hours", over="period", leads=False,
        example="Resolved after 2, 4 and 30 hours: 12 hours; the median is 4.",
    ),
    Kpi(
        "reopen-rate", "Reopened",
        f"Of the tickets resolved in the period, those that were opened again within {REOPENED_WITHIN.days} days.",
        Of(reopened, Sum.RATIO, PERCENT, settles=REOPENED_WITHIN), unit="%", over="period", leads=True,
        example="Of 200 tickets resolved 9 were opened again within a week: 4.5 %.",
    ),
    Kpi(
        "first-call-resolution", "Resolved at the first call",
        "Of the tickets resolved in the period that were neither alerts, recurring nor of projects: those with work of "
        "one technician in one session (breaks of up to an hour belong to it), not reopened within 7 days and without "
        "a follow-up within 30. Tickets without recorded time are left out.",
        Of(first_call, Sum.RATIO, PERCENT, needs=("time_entries",), settles=REOPENED_WITHIN),
        unit="%", better="more", over="period", code="K07", leads=False,
        example="Of 200 eligible tickets 170 took one session of one technician and stayed resolved: 85 %.",
    ),
    Kpi(
        "first-visit-resolution", "Resolved at the first visit",
        "Of the tickets resolved in the period that had a visit: those with one only, not reopened within 7 days.",
        Of(first_visit, Sum.RATIO, PERCENT, needs=("appointments",), settles=REOPENED_WITHIN),
        unit="%", better="more", over="period", leads=False,
        example="Of 40 tickets with a visit 34 took one and stayed resolved: 85 %.",
    ),
    Kpi(
        "repeat-service", "Repeat service",
        "Of the tickets resolved in the period that were neither alerts, recurring nor of projects: those with a "
        "follow-up within 30 days. A follow-up is the ticket itself when it was opened again, a ticket that is linked "
        "to it, one about the same device and issue, or one of the same contact about the same issue and sub-issue. "
        "It counts for the latest ticket before it.",
        Of(repeated, Sum.RATIO, PERCENT, settles=WINDOW), unit="%", over="period", code="K12", leads=False,
        example="Of 120 completed tickets 6 had a follow-up within 30 days: 5 %, which "
        "is not below 5 %; 5 of 120 are 4.17 %.",
    ),
    Kpi(
        "reactive-share", "Reactive share",
        "Of the tickets created in the period whose kind is known, incidents and alerts.",
        Of(reactive, Sum.RATIO, PERCENT), unit="%", over="period", leads=True,
        example="Of 100 tickets of a known kind 60 are incidents and 10 alerts: 70 %.",
    ),
    Kpi(
        "incidents-per-problem", "Tickets per problem",
        "Tickets created in the period that belong to a problem, by problem.",
        Of(incidents_of_problems, Sum.MEAN), over="period", leads=True,
        example="One problem has 2 tickets, another one 1: 1.5.",
    ),
    Kpi(
        "log-mismatch", "Not as logged",
        "Of the tickets resolved in the period, those whose reported resolution is more than 5 minutes from the "
        "logged one, or with time that ends after the resolution, begins before the ticket, overlaps other time of its "
        "technician, or was entered more than a day late.",
        Of(log_mismatches, Sum.RATIO, PERCENT), unit="%", over="period", code="K32b", leads=True,
        example="Of 50 tickets resolved 2 have time after their resolution: 4 %.",
    ),
)  # fmt: skip
"""What is measured of tickets."""
