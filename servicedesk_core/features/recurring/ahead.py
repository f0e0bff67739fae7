"""What plans will make in the days to come."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from servicedesk_core.features.recurring.model import State, Visit
from servicedesk_core.features.recurring.tables import Planned, Target
from servicedesk_core.features.recurring.when.rules import Occurrence

SEARCHED = timedelta(days=3 * 366)
"""So far ahead the next occurrence is looked for."""


def visits(several: Iterable[Planned], first: date, last: date, now: datetime) -> Iterator[Visit]:
    """Yield what plans have on some days, both ends included, a row for each ticket; by plan and day."""
    for one in several:
        for occurrence in one.occurrences(first, last):
            for target in one.targets or (Target(),):
                yield visit(one, occurrence, target, now)


def visit(one: Planned, occurrence: Occurrence, target: Target, now: datetime) -> Visit:
    """Return an occurrence of a plan as lists show it."""
    why = one.why_not(occurrence, target) or " ".join(one.problems)
    open_state = State.DUE if occurrence.opens_at <= now else State.PLANNED
    return Visit(
        plan=one.plan.name,
        on=occurrence.on,
        day=occurrence.day,
        at=occurrence.at,
        due_at=occurrence.due_at,
        opens_at=occurrence.opens_at,
        client=one.client_name,
        asset=None if target.asset is None else target.asset.name,
        asset_ref=None if target.asset is None else target.asset.ref,
        title=title_of(one, target),
        state=State.SKIPPED if why else open_state,
        why=why or None,
        connection=one.connection,
    )


def title_of(one: Planned, target: Target) -> str:
    """Return the title of a ticket of a plan."""
    return one.plan.title if target.asset is None else f"{one.plan.title}: {target.asset.name}"


def next_of(one: Planned, today: date) -> Occurrence | None:
    """Return the next occurrence that something is made of, looked for three years ahead."""
    found = one.occurrences(today, today + SEARCHED)
    return next((each for each in found if any(not one.why_not(each, target) for target in one.targets)), None)
