"""What steps of escalation plans do to tickets: give them to somebody else, and raise their priority.

Under a standing approval that is done at once; else it is proposed, and a person releases it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError, StoreError, WriteError
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.features.escalate import tables
from servicedesk_core.features.escalate.kinds import ON_CALL, PLANS, Step
from servicedesk_core.features.escalate.tables import REASSIGN, Fired
from servicedesk_core.features.oncall import Line
from servicedesk_core.features.paging import PagingDesk, Teller
from servicedesk_core.features.skills import crew
from servicedesk_core.features.standing import ActMode, held_back
from servicedesk_core.features.tickets import (
    UPDATE,
    TicketRow,
    facts_now,
    facts_of,
    found,
    ref_of,
    rows_by_id,
    update_of,
)
from servicedesk_core.outbox.acting import Acted
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.outbox import StoredWrite

LASTS: Final = timedelta(days=1)
"""So long after a step was taken it is still done what it asks for; whoever is killed goes on with it."""


class Deed(NamedTuple):
    """Something that a step can do to a ticket.

    Attributes:
        name: The automatic act.
        about: What that does, in a sentence without a subject.
        asked: What a step asks for; ``None`` = not for this.
        wanted: Returns what the ticket is to become, given who can be asked, the word and the ticket.
    """

    name: str
    about: str
    asked: Callable[[Step], str | None]
    wanted: Callable[["Asked", str, TicketRow], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom steps can name.

    Attributes:
        tx: A transaction.
        desk: The desk.
        now: The present instant.
    """

    tx: Tx
    desk: Any
    now: datetime

    def taker(self, word: str, row: TicketRow) -> dict[str, Any] | None:
        """Return who is to have a ticket; ``None`` = there is nobody, or it is theirs."""
        people = self.desk.roster
        ref = self._on_call(row, people) if word == ON_CALL else self._named(word, row, people)
        return None if ref is None or ref == row.assignee_ref else {"assignee_ref": ref}

    def priority(self, word: str, row: TicketRow) -> dict[str, Any] | None:
        """Return to which priority a ticket is to be raised; ``None`` = it is as urgent, or more so."""
        del self
        return None if row.priority is not None and row.priority <= word else {"priority": word}

    def _on_call(self, row: TicketRow, people: Mapping[str, Colleague]) -> str | None:
        duties = Teller(self.tx, people, self.desk.settings, self.now).on_call()
        order = [*Line]
        known = (
            self._known(one.technician, row, people) for one in sorted(duties, key=lambda one: order.index(one.line))
        )
        return next(filter(None, known), None)

    def _named(self, word: str, row: TicketRow, people: Mapping[str, Colleague]) -> str | None:
        if (known := self._known(word, row, people)) is not None:
            return known
        try:
            return ref_of(self.tx, row.connection, None, "technicians", word)
        except NotFoundLocallyError:  # they may have left since the plan was written
            return None

    def _known(self, name: str, row: TicketRow, people: Mapping[str, Colleague]) -> str | None:
        person = people.get(name)
        if person is not None and person.technician and person.connection in {"", row.connection}:
            return person.technician
        source_id = sources.get(self.tx, row.connection).id
        return next((ref for source, ref in crew(self.tx, people).keys(name) if source == source_id), None)


DEEDS: Final = (
    Deed(
        REASSIGN,
        "Gives tickets to whom a step of an escalation plan names.",
        lambda step: step.reassign,
        Asked.taker,
    ),
    Deed(
        "escalate.raise-priority",
        "Raises the priority of tickets as a step of an escalation plan says.",
        lambda step: step.raise_to,
        Asked.priority,
    ),
)


def _suggested(deed: Deed, tx: Tx, desk: ConfiguredDesk, since: datetime, now: datetime) -> Iterator[Suggestion]:
    plans = tables.plans_in_force(tx, now)
    asking = {name: {one.key: one for one in plan.steps if deed.asked(one)} for name, plan in plans.items()}
    if not any(asking.values()):
        return
    asked = Asked(tx, desk, now)
    fired = [one for one in tables.fired(tx, since, now) if one.step in asking.get(one.plan, ())]
    rows = rows_by_id(tx, {one.ticket_id for one in fired if one.over is None})
    for one in fired:
        row = rows.get(one.ticket_id)
        if row is None:  # what it was about is over
            continue
        wanted = deed.wanted(asked, deed.asked(asking[one.plan][one.step]) or "", row)
        if wanted is not None and (suggestion := _suggestion(tx, deed, one, row, wanted)) is not None:
            yield suggestion


def _suggestion(tx: Tx, deed: Deed, one: Fired, row: TicketRow, wanted: dict[str, Any]) -> Suggestion | None:
    ticket, why = found(tx, row.external_id, row.connection, None), _why(one)
    try:
        intent = update_of(tx, ticket, wanted, None, reason=why, request_id=one.request_id(deed.name))
    except WriteError:  # it shows that already
        return None
    return Suggestion(intent, facts_of(row), (why,))


def _suggestions(deed: Deed, tx: Tx, desk: ConfiguredDesk, now: datetime) -> Iterator[Suggestion]:
    return _suggested(deed, tx, desk, now - LASTS, now)


def _past(deed: Deed, tx: Tx, desk: ConfiguredDesk, period: Period) -> Iterator[Suggestion]:
    """Yield what steps would have done by the plans as they are now; what a ticket was then is not known."""
    plans = tables.plans_in_force(tx, period.end)
    words = {(name, one.key): word for name, plan in plans.items() for one in plan.steps if (word := deed.asked(one))}
    done = tables.fired(tx, period.start, period.end)
    fired = [one for one in done if one.clock != tables.UPDATE and (one.plan, one.step) in words]
    rows, asked = rows_by_id(tx, {one.ticket_id for one in fired}), Asked(tx, desk, period.end)
    for one in fired:
        row = rows.get(one.ticket_id)
        before = None if row is None else replace(row, assignee_ref=None, priority=None)
        wanted = None if before is None else deed.wanted(asked, words[one.plan, one.step], before)
        if row is not None and wanted is not None:
            yield Suggestion(_intent(deed, one, row, wanted), facts_of(row), (_why(one),), at=one.at)


def _intent(deed: Deed, one: Fired, row: TicketRow, wanted: dict[str, Any]) -> Intent:
    label, request_id = f"{row.ticket} {row.title}".strip(), one.request_id(deed.name)
    aggregate, ref = f"tickets:{row.external_id}", row.external_id
    return Intent(row.connection, UPDATE, aggregate, label, wanted, target=ref, request_id=request_id)


def _still(deed: Deed, tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of a ticket that is to be changed, or why nobody wants that any more."""
    told = facts_now(tx, write)
    if isinstance(told, Moot):
        return told
    row, facts = told
    lately = tables.fired(tx, now - LASTS, now, row.local_id)
    one = next((each for each in lately if each.request_id(deed.name) == write.request_id), None)
    if one is None:
        return Moot(f"{row.ticket}: the step was taken more than a day ago.")
    if one.over is not None:
        return Moot(f"{row.ticket}: {one.over}.")
    plan = tables.plans_in_force(tx, now).get(one.plan)
    if plan is None or not any(step.key == one.step and deed.asked(step) for step in plan.steps):
        return Moot(f"The plan {one.plan} does not say so any more.")
    return facts


def _why(one: Fired) -> str:
    return f"{one.step} of its {one.clock}, by the escalation plan {one.plan}."


SUGGESTS_REASSIGN, SUGGESTS_RAISE = (partial(_suggestions, deed) for deed in DEEDS)
PAST_REASSIGN, PAST_RAISE = (partial(_past, deed) for deed in DEEDS)
STILL_REASSIGN, STILL_RAISE = (partial(_still, deed) for deed in DEEDS)

ACTS: Final = tuple(
    AutomaticAct(
        deed.name,
        deed.about,
        kinds=(UPDATE,),
        suggests=f"{__name__}:SUGGESTS_{word}",
        past=f"{__name__}:PAST_{word}",
        still=f"{__name__}:STILL_{word}",
        rules=(PLANS.name,),
    )
    for deed, word in zip(DEEDS, ("REASSIGN", "RAISE"), strict=True)
)


class Undone(NamedTuple):
    """What steps ask for and could not be done yet.

    Attributes:
        limited: How many wait for room under a standing approval.
        refused: What could not even be proposed, each with why.
    """

    limited: int
    refused: tuple[str, ...]


async def act(desk: PagingDesk) -> Undone:
    """Do what steps ask for: at once as far as standing approvals cover it, and propose the rest to people.

    What a step asks for is done or proposed once, whoever looks and however often.
    """
    now = desk.clock.now()
    limited, refused = 0, list[str]()
    for each in ACTS:
        some, is_on = await desk.store.read(partial(_asked_for, desk=desk, act=each, now=now))
        done = await desk.outbox.act(each, some, send=True) if some else Acted()
        limited += done.limited
        refused += done.refused
        for one in done.left if is_on else ():
            try:
                await desk.outbox.propose(one.intent, then=one.then)
            except StoreError:
                raise
            except ServiceDeskError as error:
                refused.append(f"{one.intent.label}: {error.message}")
    return Undone(limited, tuple(refused))


def is_proposed(tx: Tx, step: Step) -> bool:
    """Whether something that a step asks for is proposed where no standing approval covers it."""
    return any(_is_on(tx, deed.name) for deed in DEEDS if deed.asked(step) is not None)


def _asked_for(tx: Tx, desk: PagingDesk, act: AutomaticAct, now: datetime) -> tuple[list[Suggestion], bool]:
    """Return what steps ask for, and whether it is proposed where no standing approval covers it."""
    return [*act.suggestions(tx, desk, now)], _is_on(tx, act.name)


def _is_on(tx: Tx, act: str) -> bool:
    return held_back(tx).get(act, ActMode.AUTO) is ActMode.AUTO
