"""Clocks from events: the whole of it, without a store, a connector or a clock of its own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain.tickets import TicketEvent
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.matching import Book
from servicedesk_core.features.sla.clocks.model import ClockResult
from servicedesk_core.features.sla.clocks.policies import PolicySet
from servicedesk_core.features.sla.clocks.steps import Step
from servicedesk_core.features.sla.clocks.timeline import Timeline, fold


class Evaluator:
    """Judges tickets by the same policies, one after the other.

    Args:
        policies: All versions of the policies.
        calendars: All versions of the calendars; those of one name are versions of one.
        ended_at: Instants from which on nothing is promised, until the next version of the policies.
        removed: Names of calendars that were removed, and when: from then on it is no region's.

    Attributes:
        book: Both, worked out.

    Raises:
        ValueError: A policy names a calendar that is missing, or two versions begin at one instant.
    """

    def __init__(
        self,
        policies: Iterable[PolicySet],
        calendars: Iterable[Calendar],
        ended_at: Iterable[datetime] = (),
        removed: Iterable[tuple[str, datetime]] = (),
    ) -> None:
        self.book = Book(policies, calendars, ended_at, removed)

    def ticket(
        self, events: Iterable[TicketEvent], now: datetime, known: Mapping[str, Any] | None = None
    ) -> tuple[ClockResult, ...]:
        """Return the clocks of one ticket: triage, engagement, and completion once for each of its lives.

        Args:
            events: Everything that happened to it, in any order, without superseded events.
            now: The instant to judge at; what happens later is not looked at.
            known: Fields of the ticket as it is now, as :class:`~servicedesk_core.domain.Ticket` calls them, and beside
                those ``region``, ``customer_tier`` and ``calendar``: what no event states.

        Returns:
            Nothing when there is no event, or the ticket is created later.

        Raises:
            ValueError: The ticket has a calendar that is missing, its ``created_at`` has no offset from UTC, or an
                override cannot be read.
        """
        line = self.life(map(Step.of, events), now, known)
        return () if line is None else judge(line)

    def life(self, events: Iterable[Step], now: datetime, known: Mapping[str, Any] | None = None) -> Timeline | None:
        """Return what its clocks are judged by; takes the same as steps, and raises the same."""
        return fold(events, known or {}, self.book, now)


def evaluate(
    events: Iterable[TicketEvent],
    policies: Iterable[PolicySet],
    calendars: Iterable[Calendar],
    now: datetime,
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[ClockResult, ...]:
    """Return what the clocks of tickets show at an instant.

    The same events give the same answer whenever and in whatever order they arrived, and whatever was computed before.

    Args:
        events: Events of one ticket or of several, in any order.
        policies: All versions of the policies.
        calendars: All versions of the calendars.
        now: The instant to judge at.
        known: For each ticket what no event states; see :meth:`Evaluator.ticket`.

    Raises:
        ValueError: A calendar is missing, two versions begin at one instant, a ``created_at`` has no offset from UTC,
            or an override cannot be read.
    """
    evaluator = Evaluator(policies, calendars)
    by_ticket: dict[str, list[TicketEvent]] = {}
    for event in events:
        by_ticket.setdefault(event.ticket_ref, []).append(event)
    about = known or {}
    return tuple(result for ref, own in by_ticket.items() for result in evaluator.ticket(own, now, about.get(ref)))
