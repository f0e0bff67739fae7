"""Derives a ticket from the events of a log. Pure.

``TicketEvent.after`` holds the ticket fields that an event states, in JSON form. Two groups inside it stand apart:

* ``initial``: values of which the ticket keeps the first one that was stated;
* ``final``: values of the ticket as a whole, repeated on its events; the last one counts, and none of them is
  something that happened at the event's time.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, Literal

from servicedesk_core.domain.status import DONE, StatusCategory
from servicedesk_core.domain.tickets import EventType, Ticket, TicketEvent

INITIAL: Final = "initial"
FINAL: Final = "final"
EventOrder = Literal["time", "sequence"]
Derivable = Literal["created_at", "creator_ref", "last_activity_at", "resolved_at", "closed_at", "completed_by_ref"]
SPAN: Final[tuple[Derivable, ...]] = ("created_at", "creator_ref", "last_activity_at")
"""What any log tells by where it begins and ends. When work was done is the vendor's to say."""
_SOLVED = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


def in_order(events: Iterable[TicketEvent], order: EventOrder) -> list[TicketEvent]:
    """Sort the events of one ticket.

    Args:
        events: Events of one ticket, in order of arrival.
        order: ``time`` (ties by the source's sequence, then by arrival) or ``sequence`` (the source's sequence alone).
    """
    if order == "sequence":
        return sorted(events, key=lambda event: event.source_seq)
    return sorted(events, key=lambda event: (event.effective_at, event.source_seq))


def fold_tickets(ticket_ref: str, events: Iterable[TicketEvent], derive: Collection[Derivable] = SPAN) -> Ticket:
    """Fold the events of one ticket into the ticket.

    Rules: a field has the value that was stated last; ``None`` states that there is none any more. A status whose
    category is unknown leaves the category as it was.

    A field to derive that no event states follows from the events: the ticket was created with its first event. It is
    resolved since the last event that states a resolved category, or that closed it while it was not resolved; it is
    closed since the event that ended its open life for good (closed, cancelled, merged, spam). An open category after a
    done one reopens it and clears both.

    Args:
        ticket_ref: The ticket.
        events: Its events in their order, without superseded ones; at least one.
        derive: Fields that may be derived; any other is what the events state, or empty.

    Returns:
        The ticket.

    Raises:
        ValueError: There is no event, or a stated value does not fit its field.
    """
    fields: dict[str, Any] = {}
    initial: dict[str, Any] = {}
    final: dict[str, Any] = {}
    life = _Life()
    last_at: datetime | None = None
    for event in events:
        if last_at is None:
            life.derived["created_at"] = event.effective_at
        last_at = max(last_at or event.effective_at, event.effective_at)
        after = event.after
        _update(fields, after)
        _update(initial, after.get(INITIAL, {}), keep=True)
        _update(final, after.get(FINAL, {}))
        if event.type is EventType.CREATED and event.actor_ref:
            life.derived.setdefault("creator_ref", event.actor_ref)
        if category := after.get("status_category"):
            life.state(StatusCategory(category), event)
    if last_at is None:
        msg = f"ticket {ticket_ref} has no event"
        raise ValueError(msg)
    life.derived["last_activity_at"] = last_at
    whole: dict[str, Any] = {"number": ticket_ref}
    whole |= {field: life.derived[field] for field in derive if field in life.derived}
    for stated in (fields, initial, final):
        _update(whole, stated)
    whole["external_id"] = ticket_ref
    return Ticket(**whole)


def _update(target: dict[str, Any], stated: dict[str, Any], *, keep: bool = False) -> None:
    for field, value in stated.items():
        if field == "custom_fields":
            target[field] = {**value, **target.get(field, {})} if keep else {**target.get(field, {}), **value}
        elif field in Ticket.model_fields and not (keep and field in target):
            target[field] = value


class _Life:
    """Follows a ticket through its categories."""

    def __init__(self) -> None:
        self.derived: dict[str, Any] = {}
        self._category: StatusCategory | None = None

    def state(self, category: StatusCategory, event: TicketEvent) -> None:
        """Take in the category that an event states."""
        before, self._category = self._category, category
        if category not in DONE:
            for field in ("resolved_at", "closed_at", "completed_by_ref"):
                self.derived.pop(field, None)
            return
        if category is StatusCategory.RESOLVED:
            self.derived.pop("closed_at", None)
        elif category is not before:
            self.derived["closed_at"] = event.effective_at
        if category is StatusCategory.RESOLVED or (category in _SOLVED and "resolved_at" not in self.derived):
            self.derived["resolved_at"] = event.effective_at
            if event.actor_ref:
                self.derived["completed_by_ref"] = event.actor_ref
