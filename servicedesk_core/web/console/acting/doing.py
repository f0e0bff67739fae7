"""Doing what a form asks for, once, for each of its records."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces import Action, Previewed, Proposal
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.reference import named as function_at
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.web.console.acting import requests
from servicedesk_core.web.console.acting.filled import Filled
from servicedesk_core.web.console.acting.results import Outcome, outcome_of
from servicedesk_core.web.console.acting.terminal import Paper, Printed
from servicedesk_core.web.console.visiting import Visit

SEND: Final = "send"
STAFF: Final = "staff"
CLIENT: Final = "client"
"""Buttons: send at once; only the staff reads it; the client reads it."""

Record = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an act would do.

    Attributes:
        going: What its act is given as ``shown``, for each record.
        paper: How it looks.
        questions: What is asked about it.
    """

    going: tuple[Any, ...]
    paper: Paper
    questions: tuple[str, ...]


async def once(
    visit: Visit, key: str, call: str, work: Callable[[], Awaitable[Outcome | None]], *, is_repeatable: bool = False
) -> None:
    """Do something, unless it was done by the same form before.

    Args:
        visit: Who does it.
        key: See :func:`servicedesk_core.web.console.acting.requests.id_of`.
        call: What it is.
        work: Does it, and returns what became of it.
        is_repeatable: Whether it may be done again when the process that did it was killed.

    Raises:
        ServiceDeskError: It was refused, and can be sent again.
    """
    store = visit.desk.store
    former = await store.write(partial(requests.begin, id=key, person=visit.desk.actor.name, call=call, at=visit.at))
    if former is not None and not (is_repeatable and former.is_lost):
        return
    try:
        outcome = await work()
    except ServiceDeskError:
        await store.write(partial(requests.forget, id=key))
        raise
    except BaseException:  # nobody can say how far it came
        await store.write(partial(requests.end, id=key, at=visit.at, outcome=None))
        raise
    await store.write(partial(requests.end, id=key, at=visit.desk.clock.now(), outcome=outcome))


def may_send(visit: Visit) -> bool:
    """Whether somebody may send what they propose in one step."""
    return visit.desk.may(Capability.WRITES_APPROVE) and not visit.desk.outbox.asks_another


def arguments(visit: Visit, filled: Filled, record: Record) -> tuple[list[Any], dict[str, Any]]:
    """Return what an act is called with for a record: by place, and by name."""
    audience = filled.audience
    pairs = [pair for pair in filled.pairs(record) if pair[0] != audience]  # who reads it stands on the button
    return asked(filled.offer, [*pairs, (audience, "true")] if filled.button == CLIENT else pairs, visit.zone)


async def foreseen(visit: Visit, filled: Filled) -> Foreseen:
    """Return what an act would do, and what is asked about it.

    Raises:
        ServiceDeskError: It cannot be done.
    """
    act, going, questions, paper = filled.offer, [], [], Paper(visit.zone)
    for record in filled.records:
        places, named = arguments(visit, filled, record)
        if isinstance(act, Previewed):
            found = await act.foreseen(visit.desk, *places, **named)
            if found is not None:
                function_at(act.shows)(paper, found)
            going.append(found)
            questions.append(act.asks(found, *places, **named) if act.asks else "")
        elif isinstance(act, Action) and act.asks is not None:
            questions.append(act.asks(*places, **named))
    return Foreseen(tuple(going), paper, tuple(dict.fromkeys(filter(None, questions))))


async def done(visit: Visit, filled: Filled, shown: Foreseen) -> Outcome:
    """Do it for all records; of several each stands for itself, and says what is wrong with it.

    Raises:
        ServiceDeskError: It was refused, of the only record.
    """
    going = iter(shown.going)
    if not filled.is_bulk:
        return await _one(visit, filled, filled.records[0], next(going, None))
    rows = []
    for record in filled.records:
        words = " ".join(word for found in record.values() for word in found)
        row: dict[str, Any] = {"record": words, "writes": [], "error": "", "hint": ""}
        try:
            outcome = await _one(visit, filled, record, next(going, None))
            row |= {"told": outcome.get("told", ""), "writes": outcome["writes"]}
            if filled.offer.told_once:  # nothing shows it again
                row["told"] = "; ".join(line for one in outcome["pieces"] for line in Printed.of(one).lines())
        except ServiceDeskError as error:
            row |= {"error": error.message, "hint": error.hint or ""}
        rows.append(row)
    return {"rows": rows}


async def _one(visit: Visit, filled: Filled, record: Record, going: Any) -> Outcome:
    act = filled.offer
    places, named = arguments(visit, filled, record)
    if isinstance(act, Proposal):
        who, about = visit.desk.actor.name, filled.request + repr(sorted(record.items()))
        named["request_id"] = requests.id_of(who, act.name, about)
        return await _proposed(visit, filled, act, partial(visit.desk.call, act, *places, **named))
    if isinstance(act, Previewed):
        found = await visit.desk.call(act, *places, **named, shown=going)
        return outcome_of(act, found, act.tells(found), visit.zone)
    return outcome_of(act, await visit.desk.call(act, *places, **named), "", visit.zone)


async def _proposed(
    visit: Visit, filled: Filled, act: Proposal[..., Any], call: Callable[..., Awaitable[Any]]
) -> Outcome:
    """Propose; send it too when that was asked for, unless it is put before a client: that is looked at first."""
    found = await call()
    wants = filled.button == (STAFF if filled.audience else SEND) and may_send(visit)
    if wants and not filled.is_bulk and act.warns(visit.desk, found):
        found = await call(send=True)
    outcome = outcome_of(act, found, "", visit.zone)
    return {**outcome, "write": found.id} if isinstance(found, WriteView) else outcome
