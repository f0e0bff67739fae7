"""Cases of other projects, read from a file beside the checkout: their inputs, their answers, our calculation.

``SERVICEDESK_SLA_CASES`` names another file of the same layout.
"""

import json
import os
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.hours import Span, spans
from servicedesk_core.features.sla import Clock, Policy, PolicySet, Targets, evaluate
from tests.sla.office import created, status

FILE = Path(
    os.environ.get("SERVICEDESK_SLA_CASES")
    or Path(__file__).parents[2].parent / "shared" / "data" / "sla-cases" / "cases.json"
)


@cache
def told():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {"calendars": {}, "cases": []}


def without(opened, breaks):
    """Hours of a day less its breaks."""
    for pause in breaks:
        left = [Span(start, min(end, pause.start_min)) for start, end in opened]
        right = [Span(max(start, pause.end_min), end) for start, end in opened]
        opened = [span for span in left + right if span.start_min < span.end_min]
    return sorted(opened)


def text(opened):
    return ", ".join("-".join(pair) for pair in opened)


@cache
def calendar(name):
    about = told()["calendars"][name]
    made = Calendar(
        name=name,
        zone=about["timezone"],
        hours={day: text(opened) for day, opened in about["hours"].items()},
        holidays=dict.fromkeys(about["holidays"], ""),
        yearly_holidays=dict.fromkeys(about["yearly_holidays"], ""),
    )
    special = {
        day: ", ".join(map(str, without(made.hours_of(date.fromisoformat(day)), spans(text(breaks)))))
        for day, breaks in about.get("breaks", {}).items()
    }
    return made.model_copy(update={"special": special})


def pauses(case, start):
    """The pauses after the start, in order, those that overlap as one."""
    found = []
    for began, ended in sorted(tuple(map(datetime.fromisoformat, pair)) for pair in case["input"].get("pauses", [])):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(ended, found[-1][1]))
        elif ended > start:
            found.append((max(began, start), ended))
    return found


def clock(case, now, target):
    """The completion clock of a ticket that is created at the start and waits in the pauses."""
    start, hours = datetime.fromisoformat(case["input"]["start"]), calendar(case["calendar"])
    events = [created(start)]
    for began, ended in pauses(case, start):
        events += [status(began, "waiting_customer"), status(ended, "in_progress")]
    policy = Policy(name="case", otherwise=Targets(completion=target))
    policies = PolicySet(policies=(policy,), calendar=hours.name)
    (found,) = (
        one
        for one in evaluate(events, [policies], [hours], now or events[-1].effective_at)
        if one.clock is Clock.COMPLETION
    )
    return found


def due_at(case):
    given, hours = case["input"], calendar(case["calendar"])
    start, wanted = datetime.fromisoformat(given["start"]), timedelta(seconds=given["seconds"])
    added = hours.add(start, wanted)
    if not wanted:
        return {"due_at": added}
    found = clock(case, None, wanted).due_at
    assert given.get("pauses") or found == added
    return {"due_at": found}


def elapsed(case):
    given = case["input"]
    start, end = map(datetime.fromisoformat, (given["start"], given["end"]))
    target = given.get("target_seconds")
    found = clock(case, max(start, end), timedelta(seconds=target or 1))
    assert given.get("pauses") or found.elapsed == calendar(case["calendar"]).between(start, end)
    answer = {"business_seconds": found.elapsed.total_seconds()}
    if target is not None:
        answer |= {"breached": found.breached_at is not None, "remaining_seconds": found.remaining.total_seconds()}
    return answer


def is_open(case):
    return {"open": calendar(case["calendar"]).is_open(datetime.fromisoformat(case["input"]["at"]))}


def next_open(case):
    return {"next_open_at": calendar(case["calendar"]).next_open(datetime.fromisoformat(case["input"]["at"]))}


def due_business_days(case):
    given = case["input"]
    start, end_of_day = datetime.fromisoformat(given["start"]), given.get("end_of_day", False)
    return {"due_at": calendar(case["calendar"]).add_days(start, given["business_days"], end_of_day=end_of_day)}


ANSWERS = {one.__name__: one for one in (due_at, elapsed, is_open, next_open, due_business_days)}


@pytest.mark.skipif(not told()["cases"], reason=f"there is no file of cases at {FILE}; SERVICEDESK_SLA_CASES names one")
@pytest.mark.parametrize("case", told()["cases"], ids=lambda case: case["id"])
def test_a_case_of_another_project_has_the_same_answer(case):
    expected = {
        name: datetime.fromisoformat(value) if isinstance(value, str) else value
        for name, value in case["expected"].items()
    }
    assert ANSWERS[case["kind"]](case) == expected
