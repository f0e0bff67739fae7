"""Deciding about the clock of a ticket: what that changes, judged now."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from servicedesk_core.domain import TicketEvent
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.model import ClockResult
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.past.model import ClockDecision
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.decided import Decision, Kind
from servicedesk_core.features.sla.tables.one import Named, life, named
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_AFTER_ALL = 2**62
"""The number of a decision that is not kept yet: it comes after all that are."""
_FARTHEST: Final = timedelta(days=3653)
"""Calendars are worked out up to every due time, for all tickets."""


class Wanted(NamedTuple):
    """Which clock of which ticket somebody means.

    Attributes:
        ticket: Its number, or the vendor's id.
        clock: Which promise.
        cycle: Which life of the ticket; ``None`` = the last.
        connection: Where the ticket is.
        scope: Only what it lets through.
    """

    ticket: str
    clock: Clock
    cycle: int | None
    connection: str | None
    scope: Scope | None


class What(NamedTuple):
    """What somebody decides about a clock.

    Attributes:
        kind: What.
        reason: Why.
        due_at: Of an override: until when the promise is kept.
    """

    kind: Kind
    reason: str
    due_at: datetime | None

    def decision(self, ticket_id: int, clock: str, cycle: int, at: datetime, actor: str = "") -> Decision:
        """Return it as a decision about one clock."""
        return Decision(ticket_id, clock, cycle, self.kind, self.reason, at, actor, self.due_at)


def found(tx: Tx, wanted: Wanted, now: datetime) -> tuple[Named, ClockResult]:
    """Return the ticket and the clock that somebody means, judged now.

    Raises:
        NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
    """
    ticket = named(tx, wanted.ticket, wanted.connection, wanted.scope)
    return ticket, _clock(ticket, wanted, _results(tx, ticket, now))


def changed(tx: Tx, wanted: Wanted, what: What, now: datetime) -> ClockDecision:
    """Return what a decision about a clock would change.

    Raises:
        NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
        SettingsError: There is nothing to take back, or the due time is no time of this ticket.
    """
    if what.due_at is not None and abs(what.due_at - now) > _FARTHEST:
        raise SettingsError(
            f"{what.due_at:%Y-%m-%d} is more than ten years away.",
            hint="Check the year; to leave the promise out of the figures, `servicedesk sla exempt`.",
        )
    ticket, before = found(tx, wanted, now)
    if what.kind is Kind.WITHDRAWN and before.override is None:
        raise SettingsError(
            f"Nobody decided anything about {before.clock.value} of {ticket.number} that could be taken back.",
            hint="`servicedesk sla decisions` lists what was decided.",
        )
    decision = what.decision(ticket.local_id, before.clock, before.cycle, now)
    event = replace(decision, id=_AFTER_ALL).event(ticket.ref)
    results = _results(tx, ticket, now, () if event is None else (event,))
    after = _clock(ticket, wanted._replace(cycle=before.cycle), results)
    return ClockDecision(
        ticket_id=ticket.local_id,
        ticket=ticket.number,
        title=ticket.title,
        clock=before.clock.value,
        cycle=before.cycle,
        kind=what.kind.value,
        reason=what.reason,
        due_before=before.due_at,
        due_at=after.due_at,
        outcome_before=before.outcome.value,
        outcome=after.outcome.value,
    )


def _results(tx: Tx, ticket: Named, now: datetime, more: Iterable[TicketEvent] = ()) -> tuple[ClockResult, ...]:
    line = None if progress.book_of(tx) is None else life(tx, ticket.local_id, now, more)
    return () if line is None else judge(line)


def _clock(ticket: Named, wanted: Wanted, results: tuple[ClockResult, ...]) -> ClockResult:
    fitting = [one for one in results if one.clock is wanted.clock and wanted.cycle in {None, one.cycle}]
    if not fitting:
        which = wanted.clock.value if wanted.cycle is None else f"{wanted.clock.value} of life {wanted.cycle}"
        raise NotFoundLocallyError(
            f"No clock {which} of {ticket.number} is judged.",
            hint=f"`servicedesk sla explain {ticket.number}` shows those that are, and why others are not.",
        )
    return fitting[-1]
