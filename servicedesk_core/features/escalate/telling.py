"""Says what a step is there to say: to people, to channels, and by pages."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Role
from servicedesk_core.features.escalate import tables
from servicedesk_core.features.escalate.automatic import is_proposed
from servicedesk_core.features.escalate.kinds import ON_CALL, Plan, Step
from servicedesk_core.features.escalate.rules import Taken
from servicedesk_core.features.escalate.tables import UPDATE, About, Due
from servicedesk_core.features.paging import Teller, open_page
from servicedesk_core.outbox.staff import Message, StaffDesk, channel_recipients, post
from servicedesk_core.store import Tx, sources
from servicedesk_core.wording import plain

_ROLES = {"coordinators": Role.COORDINATOR, "managers": Role.SERVICE_MANAGER}
_AT_ONCE = {"P1"}
"""Priorities that do not wait for the end of quiet hours."""


class Voice:
    """Says it, in one transaction.

    Args:
        tx: A write transaction.
        desk: The desk.
        now: The present instant.
    """

    def __init__(self, tx: Tx, desk: StaffDesk, now: datetime) -> None:
        self._tx = tx
        self._people = desk.roster
        self._settings = desk.settings
        self._now = now
        self._zone = ZoneInfo(desk.settings.desk.timezone)
        self._teller = Teller(tx, desk.roster, desk.settings, now)
        self._connections = {one.id: one.name for one in sources.all(tx)}

    def say(self, found: Sequence[tuple[Due, Plan, Taken]]) -> None:
        """Say what steps are there to say; of tickets that were closed meanwhile nothing."""
        known = tables.about(self._tx, (one.ticket_id for one, _, _ in found))
        for one, plan, each in found:
            if (ticket := known.get(one.ticket_id)) is not None:
                self._say(one, plan, each, ticket)

    def sum_up(self, about: str) -> bool:
        """Tell managers, else whoever is above, in one notice what fell due while nobody looked; was anybody told?"""
        text = "Nobody was told of them at that time, nor is now. Look: servicedesk escalate list --late"
        key = f"escalation:late/{self._now.isoformat()}"
        reached = [name for name in self._managers() if name in self._teller.reachable]
        people = reached or self._teller.above()
        return self._teller.tell(people, key, f"{about} fell due while nobody looked", text) > 0

    def _say(self, one: Due, plan: Plan, each: Taken, ticket: About) -> None:
        step, when = each.step, plain(each.due_at, self._zone)
        priority = f"{ticket.priority} " if ticket.priority else ""
        what = _words(step, one.clock) if one.clock != UPDATE else f"waits for a word to the client since {when}"
        subject = f"{priority}{ticket.ticket} {what}: {ticket.title}"
        asks = "".join(f" {said}" for said in self._asked(step))
        text = (
            f"{one.clock} of plan {plan.name}, {step.key}, due {when}.{asks} servicedesk tickets show {ticket.ticket}"
        )
        key = "/".join(["escalation", *map(str, one.key), step.key])
        is_urgent = step.urgent or ticket.priority in _AT_ONCE
        people = self._whom(step.notify, ticket)
        self._teller.tell(people, key, subject, text, ticket_id=ticket.ticket_id, is_urgent=is_urgent)
        if step.channel is not None:
            for place in channel_recipients(self._settings.alerts, step.channel):
                message = Message(f"{key}/{place}", place, subject, text, is_urgent, ticket.ticket_id)
                post(self._tx, message, self._now)
        if step.page:
            open_page(self._tx, key, subject, text, self._now, ticket_id=ticket.ticket_id)

    def _whom(self, words: Sequence[str], ticket: About) -> list[str]:
        found: list[str] = []
        for word in words:
            if word == "assignee":
                found += self._assignee(ticket)
            elif word == ON_CALL:
                found += [one.technician for one in self._teller.on_call()]
            elif word in _ROLES:
                found += [name for name, one in self._people.items() if _ROLES[word] in one.roles]
            else:
                found.append(word)
        return found if found or not words else self._managers()

    def _assignee(self, ticket: About) -> list[str]:
        connection = self._connections.get(ticket.source_id)
        return [
            name
            for name, one in self._people.items()
            if one.technician and one.technician == ticket.assignee_ref and one.connection in {"", connection}
        ]

    def _asked(self, step: Step) -> Iterator[str]:
        """Yield what a step asks for that a standing approval, or a person, has to let."""
        if step.reassign is not None:
            yield f"It is to go to {'whoever is on call' if step.reassign == ON_CALL else step.reassign}."
        if step.raise_to is not None:
            yield f"It is to become {step.raise_to}."
        if is_proposed(self._tx, step):
            yield "Where no standing approval lets that, it waits for you: servicedesk writes list"

    def _managers(self) -> list[str]:
        return [name for name, one in self._people.items() if Role.SERVICE_MANAGER in one.roles]


def _words(step: Step, clock: str) -> str:
    if step.at is not None:
        return f"has used {step.at} of its {clock}"
    if step.before is not None:
        return f"is due for {clock} in {step.key.removeprefix('-')}"
    return f"is late for {clock} by {step.key.removeprefix('+')}"
