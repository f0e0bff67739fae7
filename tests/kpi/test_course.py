"""How a coordinator's figures went: at every instant as they are then, and the minutes outside of a goal."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.faces import Goal
from servicedesk_core.features.attention import Standing, Visit
from servicedesk_core.features.kpi.catalogue.now import KPIS
from servicedesk_core.features.kpi.now.coordinator import OpenDesk, OpenTicket
from servicedesk_core.features.kpi.now.course import OF_CLOCKS, Step, Version, courses, outside, value_at
from servicedesk_core.features.sla import Calendar, Clock

START = datetime(2026, 3, 9, tzinfo=UTC)
END = START + timedelta(days=3)
OFFICE = Calendar(name="office", zone="UTC", hours={"mon-fri": "08:00-12:00, 13:00-18:00"})


def _at(draw, days=3.0):
    return START + timedelta(minutes=draw.randint(-1440, int(days * 1440)))


def _ticket(draw, name, pulls=False):
    who = draw.choice([None, "ana", "ben", "cho"])
    maybe = lambda value: value if draw.random() < 0.5 else None  # noqa: E731
    standing = Standing(
        created_at=START - timedelta(days=draw.randint(1, 9)),
        category=draw.choice([None, *(one for one in StatusCategory if one.is_open)]),
        queue_kind=draw.choice([None, *QueueKind]),
        is_assigned=who is not None,
        back_at=END if who == "cho" else None,
        due_at=maybe(_at(draw)),
        desk_at=_at(draw) - timedelta(days=2),
        visit=maybe(Visit(_at(draw))),
    )
    clock = maybe(draw.choice(list(Clock)))
    due = None if clock is None else maybe(_at(draw))
    queue = draw.choice([None, "q1", "q2"]) if pulls else None
    taken = draw.random() < 0.2
    return OpenTicket(
        name,
        standing,
        who,
        clock,
        due,
        maybe(3600),
        draw.randint(0, 9000),
        connection="psa",
        is_taken=taken,
        queue=queue,
    )


def _life(draw, name, pulls):
    instants = sorted({_at(draw) for _ in range(draw.randint(1, 5))})
    return [Version(at, None if draw.random() < 0.2 else _ticket(draw, name, pulls)) for at in instants]


def _desk(lives, at, calendar):
    newest = [next((one.ticket for one in reversed(life) if one.at <= at), None) for life in lives]
    soon = at + timedelta(hours=4) if calendar is None else calendar.add(at, timedelta(hours=4))
    return OpenDesk(at, soon, [one for one in newest if one is not None])


def test_at_every_instant_the_course_is_what_the_figures_are_then():
    for seed in range(5):
        draw = random.Random(seed)
        calendar = draw.choice([None, OFFICE])
        lives = [_life(draw, f"T{number}", seed % 2) for number in range(12)]
        told = courses(lives, START, END, calendar)
        assert {kpi.name for kpi in KPIS} == told.keys()
        changes = {step.at for course in told.values() for step in course} | {_at(draw) for _ in range(9)}
        for at in (one + timedelta(microseconds=2) for one in changes if START <= one < END):
            desk = _desk(lives, at, calendar)
            for kpi in KPIS:
                measure = replace(kpi.measure, clocks=False)  # that nothing is promised is said elsewhere
                assert value_at(told[kpi.name], at) == measure.of(desk).value, (seed, at, kpi.name)


def test_minutes_outside_are_those_of_the_working_hours_in_which_the_goal_was_missed():
    hour = lambda number: START + timedelta(hours=number)  # noqa: E731
    course = [Step(START, 3), Step(hour(9), 4), Step(hour(9.5), 3), Step(hour(11), 5), Step(hour(14), 2)]
    minutes = lambda *span, of=course, goal="<= 3": outside(of, Goal.of(goal), *span, OFFICE) / timedelta(minutes=1)  # noqa: E731
    assert minutes(START, END) == 30 + 60 + 60  # dinner from 12 to 13 does not count
    assert minutes(hour(9.25), hour(11.5)) == 15 + 30
    assert minutes(START, hour(9)) == 0
    assert minutes(hour(13), hour(15), goal="< 3") == 60
    assert outside(course, Goal.of("<= 3"), START, END) == timedelta(hours=3.5)
    assert minutes(START, hour(12), of=[Step(START, None), Step(hour(10), Fraction(9, 4))], goal="<= 2") == 120
    assert set(OF_CLOCKS) <= {kpi.name for kpi in KPIS}


def test_an_hour_is_told_from_its_own_steps_and_not_from_all_of_them():
    class Read(list[Step]):
        """Counts what is sliced out of it."""

        sliced = 0

        def __iter__(self):
            raise AssertionError("all of it is read")

        def __getitem__(self, at):
            found = super().__getitem__(at)
            self.sliced += len(found) if isinstance(at, slice) else 0
            return found

    course = Read([Step(START + timedelta(minutes=10 * number), number % 7) for number in range(432)])
    hours = [START + timedelta(hours=number) for number in range(72)]
    each = [outside(course, Goal.of("<= 3"), hour, hour + timedelta(hours=1), OFFICE) for hour in hours]
    assert sum(each, timedelta()) == outside(course, Goal.of("<= 3"), START, END, OFFICE)
    assert course.sliced < 3 * len(course)
