"""Notices what clients are to be told, from the changes feed. What is history is told to nobody.

A change is read once, in the transaction that notes how far was read: whoever is killed leaves the rest to the next.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.domain.status import DONE
from servicedesk_core.domain.work import AppointmentState
from servicedesk_core.features.clients import clients_of, contacts_of
from servicedesk_core.features.definitions import CALENDARS, in_force
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.making.happening import (
    BEFORE_VISIT,
    REMINDED_AFTER,
    TOGETHER,
    Happening,
    happened,
    is_news,
    is_waiting_over,
)
from servicedesk_core.features.messages.making.visits import Became, became
from servicedesk_core.features.messages.telling import Decided
from servicedesk_core.features.messages.triggers import TRIGGERS, Trigger
from servicedesk_core.hooks.announced import Change
from servicedesk_core.store import Tx, bulk, changes, meta, sending
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

CONSUMER: Final = "messages"
AT_ONCE: Final = 1_000
_SINCE: Final = "messages_since"
_T: Final = RECORDS["tickets"].c
_A: Final = RECORDS["appointments"].c


class Noticed(NamedTuple):
    """What one piece of the feed brought.

    Attributes:
        is_all: Whether nothing is left to read.
        told: How much there is to tell.
    """

    is_all: bool
    told: int


def notice(tx: Tx, zone: str, now: datetime) -> Noticed:
    """Read a piece of the changes feed, and store what it has for clients.

    Before the feed was read for the first time, while nothing is told, and while sending is off, what happens is passed
    over.

    Args:
        tx: A write transaction.
        zone: The desk's.
        now: The present.
    """
    decided = Decided(tx, now)
    since, head = meta.get(tx, _SINCE), changes.head(tx)
    tells = any(decided.is_told(trigger) for trigger in Trigger)
    if since is None or not tells or not sending.sending_allowed(tx):
        meta.put(tx, _SINCE, str(to_us(now)))
        changes.advance(tx, CONSUMER, head, now)
        return Noticed(is_all=True, told=0)
    position = changes.offset(tx, CONSUMER)
    if head <= position:
        return Noticed(is_all=True, told=0)
    found = changes.read(tx, position, AT_ONCE, entities=("tickets", "appointments"))
    began = max(filter(None, (from_us(int(since)), sending.adopted_at(tx))))
    told = _Noticing(tx, decided, zone, now, began).take(found)
    is_all = len(found) < AT_ONCE
    changes.advance(tx, CONSUMER, head if is_all else found[-1].seq, now)
    return Noticed(is_all, told)


class _Ticket(NamedTuple):
    """A ticket whose client may be told something."""

    local_id: int
    source_id: int
    external_id: str
    company_ref: str | None
    contact_ref: str | None
    priority: str | None
    status_category: str | None
    created_at: datetime | None
    modified_at: datetime | None


class _Noticing:
    """Stores what changes have for clients.

    Args:
        tx: A write transaction.
        decided: What is told.
        zone: The desk's.
        now: The present.
        since: What happened before this is told to nobody.
    """

    def __init__(self, tx: Tx, decided: Decided, zone: str, now: datetime, since: datetime) -> None:
        self._tx = tx
        self._decided = decided
        self._zone = zone
        self._now = now
        self._since = since
        self._told = 0

    def take(self, found: Iterable[Change]) -> int:
        """Store it; return how much there is to tell."""
        mine = [one for one in found if one.entity == "tickets"]
        visits = became(one for one in found if one.entity == "appointments")
        tickets = self._tickets({one.local_id for one in mine})
        for change in mine:
            if (ticket := tickets.get(change.local_id)) is not None:
                self._ticket(change, ticket)
        if visits:
            self._visits(visits)
        return self._told

    def _ticket(self, change: Change, ticket: _Ticket) -> None:
        if is_waiting_over(change.before, change.after):
            why = "we do not wait for them any more"
            tables.forget_reminders(self._tx, ticket.local_id, Trigger.WAITING, why, self._now)
        done = ticket.status_category is not None and StatusCategory(ticket.status_category) in DONE
        for one in happened(change.kind, change.before, change.after, is_open=not done):
            at = ticket.created_at if one.trigger is Trigger.RECEIVED else ticket.modified_at
            key = f"{one.trigger.value}:{ticket.local_id}:{change.seq}"
            if self._keep(key, one, ticket, at or change.at) and one.trigger is Trigger.WAITING:
                self._remind(key, ticket)

    def _remind(self, key: str, ticket: _Ticket) -> None:
        calendar = self._working_days(ticket)
        for number, days in enumerate(REMINDED_AFTER, 1):
            told = {"since": self._now.isoformat(), "reminder": number}
            row = {"key": f"{key}:{number}:again", "told": told, "due_at": calendar.add_days(self._now, days)}
            tables.keep(self._tx, self._row(Trigger.WAITING, ticket, self._now) | row)

    def _visits(self, found: Mapping[int, Became]) -> None:
        columns = (_A.local_id, _A.source_id, _A.ticket_refs, _A.start_at, _A.end_at, _A.state, _A.modified_at)
        wanted = select(*columns).where(_A.local_id.in_([*found]), _A.gone_at.is_(None))
        for row in self._tx.execute(wanted).all():
            start, change = optional_instant(row.start_at), found[row.local_id]
            if row.state != AppointmentState.BOOKED.value or start is None or start <= self._now:
                continue
            told = {"visit": row.local_id, "start": start.isoformat()}
            at = optional_instant(row.modified_at) or change.at
            for ticket in self._of_refs(row.source_id, change.told(orjson.loads(row.ticket_refs))):
                key = f"{ticket.local_id}:{row.local_id}:{row.start_at}"
                if self._keep(f"scheduled:{key}:{change.seq}", Happening(Trigger.SCHEDULED, told), ticket, at):
                    self._before(f"reminder:{key}", ticket, told, start)

    def _before(self, key: str, ticket: _Ticket, told: Mapping[str, Any], start: datetime) -> None:
        at = start - BEFORE_VISIT
        if at > self._now + TOGETHER and self._decided.is_told(Trigger.REMINDER):
            row = {"key": key, "told": told, "due_at": at}
            tables.keep(self._tx, self._row(Trigger.REMINDER, ticket, self._now) | row)

    def _keep(self, key: str, one: Happening, ticket: _Ticket, at: datetime) -> bool:
        """Store something that is to be told; return whether it is news of a client's that the desk tells."""
        if not is_news(at, self._now, self._since):
            return False
        if not self._decided.is_told(one.trigger):
            return one.trigger is Trigger.SCHEDULED  # its reminder is decided by itself
        row = self._row(one.trigger, ticket, at) | {"key": key, "told": dict(one.told)}
        if one.trigger is Trigger.WAITING:
            row["told"] = {"since": self._now.isoformat(), "reminder": 0}
        if not row["is_urgent"] and self._is_wanted(one.trigger, ticket):
            lately = self._now - TOGETHER
            row["due_at"] = tables.first_due(self._tx, ticket.local_id, lately) or self._now + TOGETHER
            why = f"{one.trigger.value} came within ten minutes, and is told in its place"
            tables.supersede(self._tx, ticket.local_id, lately, why, self._now)
        is_new = tables.keep(self._tx, row)
        self._told += is_new
        return is_new

    def _is_wanted(self, trigger: Trigger, ticket: _Ticket) -> bool:
        """Whether its reader wants to hear of it: what they do not want stands in place of nothing else."""
        own = self._contacts.at(ticket.source_id, ticket.contact_ref, self._now)
        client = self._clients.at(ticket.source_id, ticket.company_ref, self._now)
        said = next((one.no_messages for one in (own, client) if one is not None and one.no_messages is not None), ())
        return TRIGGERS[trigger].topic not in said

    def _row(self, trigger: Trigger, ticket: _Ticket, at: datetime) -> dict[str, Any]:
        return {
            "trigger": trigger.value,
            "ticket_id": ticket.local_id,
            "is_urgent": ticket.priority == Priority.P1.value,
            "happened_at": at,
            "noticed_at": self._now,
            "due_at": self._now,
        }

    def _of_refs(self, source_id: int, refs: Collection[str]) -> list[_Ticket]:
        query = "SELECT local_id FROM tickets WHERE source_id = {source} AND external_id IN {values}"
        return [*self._tickets({one[0] for one in bulk.select_in(self._tx, query, source_id, refs)}).values()]

    def _tickets(self, ids: Iterable[int]) -> dict[int, _Ticket]:
        """Return tickets of clients: our own company's, and those that went up in another, tell nobody anything."""
        columns = [_T[name] for name in _Ticket._fields]
        out = (StatusCategory.MERGED.value, StatusCategory.SPAM.value, StatusCategory.CANCELLED.value)
        is_out = _T.status_category.in_(out) & _T.status_category.is_not(None)
        query = select(*columns).where(
            _T.local_id.in_([*ids]), _T.gone_at.is_(None), _T.company_ref.is_not(None), ~tables.IS_OWN, ~is_out
        )
        found = {}
        for row in self._tx.execute(query):
            created, modified = optional_instant(row.created_at), optional_instant(row.modified_at)
            found[row.local_id] = _Ticket(*row)._replace(created_at=created, modified_at=modified)
        return found

    def _working_days(self, ticket: _Ticket) -> Calendar:
        client = self._clients.at(ticket.source_id, ticket.company_ref, self._now)
        name = client.calendar if client is not None else None
        usual = Calendar(name="working days", zone=self._zone, hours={"mon-fri": "00:00-24:00"})
        if name is None and len(self._calendars) == 1:
            return next(iter(self._calendars.values()))
        return self._calendars.get(name or "", usual)

    @cached_property
    def _contacts(self) -> Any:
        return contacts_of(self._tx)

    @cached_property
    def _clients(self) -> Any:
        return clients_of(self._tx)

    @cached_property
    def _calendars(self) -> Mapping[str, Calendar]:
        return {one.name: one for one in in_force(self._tx, CALENDARS, self._now)}
