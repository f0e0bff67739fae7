"""Making tickets of occurrences without being asked, and what is written for one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import MADE_BEFORE, Intent, WriteState
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.faces.automatic import id_of
from servicedesk_core.features.recurring.adopting import halted
from servicedesk_core.features.recurring.ahead import title_of
from servicedesk_core.features.recurring.kinds import PLANS, Maker
from servicedesk_core.features.recurring.making.deciding import ACT, SUPERSEDED, Key, Outcome, Turn, of_each
from servicedesk_core.features.recurring.making.ledger import kept
from servicedesk_core.features.recurring.tables import Planned, Target, plans
from servicedesk_core.features.recurring.when.rules import FARTHEST, CatchUp, Occurrence, occurrences
from servicedesk_core.features.tickets import CREATE
from servicedesk_core.outbox.standing import Stop, withdraw
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite

STEP: Final = "checklist_items.create"


def turns(tx: Tx, desk: ConfiguredDesk, now: datetime, names: tuple[str, ...] = ()) -> list[Turn]:
    """Return what is to be decided about occurrences now, as :func:`~.deciding.ripe` does.

    Nothing is decided of a plan whose series the PSA makes by itself before somebody has said which side does.
    """
    found = plans(tx, ZoneInfo(desk.timezone), now, names=names)
    some = [*of_each(found, kept(tx, now, names), now)]
    asked = {turn.planned.plan.name: turn.planned for turn in some}
    stopped = halted(tx, asked.values(), now)
    return [turn for turn in some if turn.planned.plan.name not in stopped]


def suggestions(tx: Tx, desk: ConfiguredDesk, now: datetime) -> Iterator[Suggestion]:
    """Yield the tickets that are to be made now, the earliest first."""
    some = [one for one in turns(tx, desk, now) if one.kept.outcome == Outcome.OPEN]
    some.sort(key=lambda one: (one.occurrence.at, one.planned.plan.name))
    return (suggestion(one.planned, one.occurrence, one.target, grants_of(desk, one.planned)) for one in some)


def past(tx: Tx, desk: ConfiguredDesk, period: Period) -> Iterator[Suggestion]:
    """Yield the tickets that would have been made within a period, by the plans as they are now."""
    zone = ZoneInfo(desk.timezone)
    first, last = period.start.astimezone(zone).date(), period.end.astimezone(zone).date()
    for one in plans(tx, zone, period.end):
        if one.problems or one.plan.made_by is Maker.PSA:
            continue
        for each in one.occurrences(first, last):
            for target in one.targets:
                if period.start <= each.opens_at < period.end and not one.why_not(each, target):
                    yield suggestion(one, each, target, grants_of(desk, one), at=each.opens_at)


def drop(tx: Tx, now: datetime) -> None:
    """Discard the writes that nobody wants any more, whoever approved them: what waits is looked at each time."""
    for one in (each for several in kept(tx, now).values() for each in several):
        if one.outcome != Outcome.OPEN or one.write_id is None:
            continue
        write = outbox.get(tx, one.write_id)
        if write.state in {WriteState.PROPOSED, WriteState.QUEUED} and isinstance(found := still(tx, write, now), Moot):
            withdraw(tx, write, Stop(found.why, is_moot=True), now)


def still(tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of a ticket that is to be made, or why nobody wants it any more."""
    key = Key.read(write.request_id or "")
    found = plans(tx, ZoneInfo("UTC"), now, names=(key.plan,))
    if not found:
        return Moot(f"The plan {key.plan} is not there any more.")
    (one,) = found
    target = next((each for each in one.targets if each.key == key.asset), None)
    if one.problems or target is None:
        return Moot(" ".join(one.problems) or f"The plan {key.plan} is not for that device any more.")
    if one.plan.made_by is Maker.PSA:
        return Moot(f"The PSA makes the tickets of {key.plan}.")
    near = timedelta(days=FARTHEST)
    day = next((each for each in occurrences(one.timing, key.on - near, key.on + near) if each.on == key.on), None)
    if day is None:
        return Moot(f"The plan {key.plan} was edited, and has nothing on {key.on} any more.")
    why = one.why_not(day, target)
    if not why and write.kind == CREATE:  # the steps of a ticket that is there are wanted
        why = _replaced(tx, one, write, day, target, now)
    return Moot(f"{why.removesuffix('.')}.") if why else facts_of(one)


def _replaced(  # noqa: PLR0917  # what a ticket is of
    tx: Tx, one: Planned, write: StoredWrite, day: Occurrence, target: Target, now: datetime
) -> str:
    """Return what takes the place of a ticket that was not made yet; empty = nothing does."""
    if one.client is not None and write.values.get("company_ref") != one.client.ref:
        return f"the plan {one.plan.name} is for another client now"
    if one.plan.catch_up is CatchUp.LATEST:
        newer = one.occurrences(day.day, now.astimezone(one.timing.zone).date())
        if any(day.at < each.at <= now and not one.why_not(each, target) for each in newer):
            return SUPERSEDED
    return halted(tx, [one], now).get(one.plan.name, "")


def suggestion(
    one: Planned, occurrence: Occurrence, target: Target, grants: frozenset[str], at: datetime | None = None
) -> Suggestion:
    """Return the ticket of an occurrence, with the steps of its checklist, as it would be written.

    Args:
        one: The plan.
        occurrence: The occurrence.
        target: What the ticket is about.
        grants: What may be written there: where that is no step, the steps stand in the description.
        at: When it would have been made; only of what is past.
    """
    key = Key(one.plan.name, occurrence.on, target.key)
    writes_steps = STEP in grants
    values = values_of(one, occurrence, target, with_steps=not writes_steps)
    about, title = f"tickets:new:{key.plan}:{key.on}:{key.asset}", title_of(one, target)
    reason = f"Plan {key.plan}, for {occurrence.day}."
    where = one.connection or ""
    steps = tuple(
        Intent(
            where, STEP, about, f"{title}: {step}", {"name": step}, parent=MADE_BEFORE, reason=reason,
            request_id=key.step(number),
        )
        for number, step in enumerate(one.plan.checklist if writes_steps else (), 1)
    )  # fmt: skip
    intent = Intent(where, CREATE, about, title, values, reason=reason, request_id=str(key))
    told = f"{one.plan.rule}: {occurrence.on}."
    return Suggestion(intent, facts_of(one), (reason, told), then=steps, at=at)


def values_of(one: Planned, occurrence: Occurrence, target: Target, *, with_steps: bool) -> dict[str, Any]:
    """Return the fields of a ticket of an occurrence."""
    plan = one.plan
    steps = "\n".join(f"[ ] {step}" for step in plan.checklist) if with_steps else ""
    description = "\n\n".join(filter(None, (plan.description, steps)))
    said = {
        "title": title_of(one, target),
        "description": description or None,
        "company_ref": one.client.ref if one.client is not None else None,
        "asset_ref": target.asset.ref if target.asset is not None else None,
        "priority": plan.priority.value if plan.priority is not None else None,
        "estimated_s": round(plan.estimate.total_seconds()) if plan.estimate is not None else None,
        "due_at": occurrence.due_at.isoformat(),
    }
    return {name: value for name, value in {**plan.fields, **said, **one.refs}.items() if value is not None}


def facts_of(one: Planned) -> Facts:
    """Return what scopes of standing approvals are held against."""
    where, plan = one.connection or "", one.plan
    named = {
        "client": (one.client_name, one.client and one.client.ref),
        "queue": (plan.queue, one.refs.get("queue_ref")),
        "technician": (plan.technician, one.refs.get("assignee_ref")),
    }
    facts = {fact: tuple(filter(None, (word, ref and id_of(where, ref)))) for fact, (word, ref) in named.items()}
    facts["priority"] = (plan.priority.value,) if plan.priority is not None else ()
    return {fact: words for fact, words in facts.items() if words}


def grants_of(desk: ConfiguredDesk, one: Planned) -> frozenset[str]:
    """Return what the configuration lets the desk write where a plan's tickets are made."""
    found = desk.settings.connections.get(one.connection or "")
    return frozenset() if found is None else frozenset(found.writes)


ACTS: Final = (
    AutomaticAct(
        ACT,
        "Makes the tickets of recurring plans when their time has come.",
        kinds=(CREATE, STEP),
        suggests=f"{__name__}:suggestions",
        past=f"{__name__}:past",
        still=f"{__name__}:still",
        rules=(PLANS.name,),
        by_job=False,
    ),
)
"""``recurring.generate``: its job keeps what became of occurrences too, so it is done there."""
