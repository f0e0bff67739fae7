"""What must hold for every calendar and every course of events."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.hours import DAYS
from servicedesk_core.business_time.table import duration_us, instant, micros
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.features.sla import Clock, Conditions, Policy, PolicySet, Targets, evaluate
from tests.sla.office import ALWAYS, CALENDARS, OFFICE, TARGETS, at, created, event, hours, judged, status

pytestmark = pytest.mark.slow

ZONES = ("UTC", "America/New_York", "Europe/London", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe")
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DURATIONS = st.timedeltas(timedelta(microseconds=1), timedelta(days=40))


@st.composite
def calendars(draw):
    """Hours of any shape, night shifts and closed days among them."""
    opened = {}
    for day in draw(st.sets(st.sampled_from(DAYS), min_size=1)):
        edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        opened[day] = ", ".join(f"{a // 4:02}:{a % 4 * 15:02}-{b // 4:02}:{b % 4 * 15:02}" for a, b in pairs)
    closed = draw(st.sets(st.dates(date(2020, 1, 1), date(2026, 12, 31)), max_size=5))
    return Calendar(name="any", zone=draw(st.sampled_from(ZONES)), hours=opened, holidays=dict.fromkeys(closed, ""))


@given(calendars(), INSTANTS, DURATIONS)
def test_adding_and_measuring_are_inverse(calendar, start, duration):
    assert calendar.between(start, calendar.add(start, duration)) == duration


@given(calendars(), INSTANTS, INSTANTS)
def test_what_is_measured_from_an_open_instant_leads_back_to_the_other(calendar, start, end):
    end = calendar.next_open(end)
    assume(start < end)
    led = calendar.add(start, calendar.between(start, end))
    assert led <= end
    assert calendar.between(led, end) == timedelta()


@given(calendars(), st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_measuring_is_additive(calendar, instants):
    first, middle, last = instants
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)


@given(calendars(), st.lists(INSTANTS, min_size=2, max_size=2).map(sorted), DURATIONS, DURATIONS)
def test_adding_is_monotonic(calendar, instants, one, other):
    first, last = instants
    assert first <= calendar.add(first, one) <= calendar.add(last, one)
    assert calendar.add(first, min(one, other)) <= calendar.add(first, max(one, other))


@given(st.sampled_from(ZONES), INSTANTS, DURATIONS)
def test_day_and_night_are_plain_arithmetic(zone, start, duration):
    always = Calendar(name="always", zone=zone, hours={"mon-sun": "00:00-24:00"})
    assert always.add(start, duration) == start + duration
    assert always.between(start, start + duration) == duration


@settings(max_examples=30)
@given(st.tuples(calendars(), calendars(), calendars()), st.tuples(INSTANTS, INSTANTS), INSTANTS, DURATIONS)
def test_of_several_versions_each_counts_its_own_time(versions, changes, start, duration):
    assume(changes[0] < changes[1])
    edges = [-(2**63), *map(micros, changes)]
    together = CalendarVersions(versions, edges)
    used, start_us = duration_us(duration), micros(start)
    end_us = together.reached(together.total(start_us) + used, start_us)
    parts = pairwise([start_us, *(edge for edge in edges if start_us < edge < end_us), end_us])
    counted = (together.at(one).between(instant(one), instant(other)) for one, other in parts)
    assert sum(counted, timedelta()) == duration
    assert together.total(end_us - 1) - together.total(start_us) == used - 1


OPEN = ("new", "triaged", "scheduled", "in_progress", "waiting_customer", "waiting_vendor", "on_hold")
DONE = ("resolved", "closed", "cancelled")
STEPS = st.one_of(
    st.tuples(st.just("status_changed"), st.sampled_from((*OPEN, *DONE)).map(lambda one: {"status_category": one})),
    st.tuples(st.just("priority_changed"), st.sampled_from(("P1", "P2", "P3")).map(lambda one: {"priority": one})),
    st.tuples(st.sampled_from(("time_entry", "tech_note_public", "deleted", "restored")), st.just({})),
)
DECISIONS = st.builds(
    lambda clock, what: ("sla_override", {"clock": clock, "reason": "agreed", **what}),
    st.sampled_from(("triage", "engagement", "completion")),
    st.sampled_from(
        (
            {"due_at": "2026-03-04T17:00:00Z"},
            {"due_at": "2026-03-18T12:00:00Z", "cycle": 1},
            {"is_exempt": True},
            {"is_lifted": True},
        )
    ),
)
ALL_STEPS = st.one_of(STEPS, DECISIONS)
ACTORS = st.sampled_from((None, "technician", "customer", "system"))


@st.composite
def courses(draw, steps=STEPS):
    """A ticket and what happens to it in two weeks."""
    start = at("03-02 09:00")
    minutes = sorted(draw(st.lists(st.integers(0, 14 * 24 * 60), max_size=8)))
    told = [created(start, category="Network", queue_ref="1")]
    for minute in minutes:
        kind, after = draw(steps)
        told.append(event(start + timedelta(minutes=minute), kind, actor=draw(ACTORS), **after))
    return told


VERSIONS = (
    PolicySet(policies=(Policy(name="std", targets=TARGETS),), calendar="office"),
    PolicySet(
        policies=(
            Policy(name="urgent", when=Conditions(priority=("P1",)), targets=TARGETS, retroactive=False),
            Policy(name="rest", otherwise=Targets(completion=hours(4)), reopen="restart"),
        ),
        calendar="office",
        effective_from=at("03-05 12:00"),
        reapply=True,
    ),
)
SHORTER = OFFICE.model_copy(update={"hours": {"mon-fri": "10:00-14:00"}, "effective_from": at("03-10 00:00")})
UNDER = {"under": VERSIONS, "calendars": (*CALENDARS, SHORTER)}
NOW = at("03-20 12:00")


@given(courses(ALL_STEPS), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(told, random):
    shuffled = random.sample(told, len(told))
    assert judged(shuffled, NOW, **UNDER) == judged(told, NOW, **UNDER)
    assert judged([*shuffled, *told], NOW, **UNDER) == judged(told, NOW, **UNDER)


@given(courses(ALL_STEPS))
def test_judging_after_each_event_ends_where_judging_all_at_once_does(told):
    for now in {one.effective_at for one in told}:
        known = [one for one in told if one.effective_at <= now]
        assert judged(known, now, **UNDER) == judged(told, now, **UNDER)


@given(courses(), st.integers(1, 5 * 24 * 60), st.integers(1, 5 * 24 * 60))
def test_a_breach_is_never_found_later_for_an_earlier_instant_but_by_reopening(told, first, more):
    before = at("03-02 09:00") + timedelta(minutes=first)
    for key, one in judged(told, before, **UNDER).items():
        after = judged(told, before + timedelta(minutes=more), **UNDER)[key]
        if one.outcome == "missed" and after.outcome not in {"exempt", "not_applicable"}:
            assert after.breached_at == one.breached_at


@given(courses(), st.integers(0, 14 * 24 * 60), st.integers(1, 5 * 24 * 60))
def test_a_pause_never_shortens_what_remains(told, minute, length):
    under = (PolicySet(policies=(Policy(name="std", otherwise=Targets(completion=hours(40))),), calendar="office"),)
    told = [one for one in told if one.type != "status_changed"]
    began = told[0].effective_at + timedelta(minutes=minute)
    pause = [status(began, "on_hold"), status(began + timedelta(minutes=length), "triaged")]
    without, paused = (judged(one, NOW, under=under)[Clock.COMPLETION, 1] for one in (told, told + pause))
    assert paused.remaining >= without.remaining


@given(courses(ALL_STEPS), st.sampled_from(OPEN), st.integers(1, 1000))
def test_a_stopped_clock_pays_no_heed_to_later_pauses(told, category, minute):
    done = [*told, status(told[-1].effective_at, "closed")]
    later = status(NOW + timedelta(minutes=minute), category)
    kept, after = judged(done, NOW, **UNDER), judged([*done, later], later.effective_at, **UNDER)
    for key, one in kept.items():
        if one.state == "stopped":
            assert after[key] == one


@given(
    courses(ALL_STEPS),
    st.lists(st.tuples(st.integers(0, 14 * 24 * 60), st.sampled_from(("ana", "bo", None))), max_size=4),
)
def test_handing_a_ticket_on_changes_nothing(told, moves):
    start = told[0].effective_at
    moved = [
        event(start + timedelta(minutes=minute), "assigned", actor="system", assignee_ref=who) for minute, who in moves
    ]
    compared = ("state", "outcome", "target", "started_at", "stopped_at", "due_at", "breached_at", "elapsed")
    alone, with_moves = judged(told, NOW, **UNDER), judged(told + moved, NOW, **UNDER)
    assert alone.keys() == with_moves.keys()
    for key, one in alone.items():
        assert [getattr(one, name) for name in compared] == [getattr(with_moves[key], name) for name in compared]


@settings(max_examples=50)
@given(courses())
def test_on_a_calendar_of_day_and_night_a_clock_is_plain_arithmetic(told):
    under = [PolicySet(policies=(Policy(name="std", otherwise=Targets(completion=hours(40))),), calendar="always")]
    for one in evaluate(told, under, [ALWAYS], NOW):
        counted = sum((part.end - part.start for part in one.intervals if part.counted), timedelta())
        assert one.elapsed == counted
