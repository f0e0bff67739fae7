"""Judging clocks by hand, and what people decide about them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Protocol

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Column, Help, Manner, action, method, previewed
from servicedesk_core.features.sla.clocks.model import Outcome
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.following import evaluate_tickets
from servicedesk_core.features.sla.model_past import ClockDecision, MissedBecause
from servicedesk_core.features.sla.past import Past
from servicedesk_core.features.sla.reasons import known_reason
from servicedesk_core.features.sla.replay.queries import DraftingDesk
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.decided import Decision, Kind
from servicedesk_core.features.sla.tables.deciding import Wanted, What, changed, found
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx, audit
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.sla.pages"

Ticket = Annotated[str, Help("Ticket number, or the vendor's id.")]
Which = Annotated[Clock, Help("Which promise: triage, engagement or completion.", metavar="CLOCK")]
Why = Annotated[str, Help("Why; it stays with the clock and in the audit trail.")]
Life = Annotated[int | None, Help("Which life of a ticket that was opened again [default: the last].")]
Where = Annotated[str | None, Help("Where it is, if several have it.")]
Due = Annotated[datetime, Help("Until when the promise is kept.")]


class StoringDesk(DraftingDesk, Protocol):
    """A desk with its own database, on which somebody acts."""

    actor: Actor
    """Who acts."""

    @property
    def store(self) -> Store:
        """The database."""
        ...


@dataclass(frozen=True, slots=True)
class EvaluateOutcome:
    """What was judged."""

    tickets: Annotated[int, Column("Tickets whose clocks were judged.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    busy: Annotated[str | None, Column("Who is at it instead.")]


def _foreseen(kind: Kind) -> Callable[..., Coroutine[Any, Any, ClockDecision]]:
    return lambda sla, ticket, clock, **given: sla.foresee(ticket, clock, kind, **given)


_decided = partial(
    previewed,
    about="What was decided, and what that changed.",
    needs=Capability.PROMISES_DECIDE,
    shows=f"{_PAGES}:decision",
    page=f"{_PAGES}:decision",
    tells=lambda done: f"{done.busy} The clock is judged anew then." if done.busy else "",
)
"""Declares a decision about a clock, which is shown what it changes before it is asked."""


class Sla(Past[Manner]):
    """What was promised to clients, whether it is kept, and what people decide about it."""

    desk: StoringDesk

    @action(
        "sla.evaluate",
        about="What was judged.",
        needs=Capability.DESK_OPERATE,
        unscoped="clocks are judged for all clients together",
    )
    async def evaluate(
        self,
        *,
        afresh: Annotated[bool, Help("All tickets, though nothing changed.")] = False,
    ) -> EvaluateOutcome:
        """Judge the clocks of tickets that something happened to; of all when what is promised has changed.

        A sync does it at its end, and "servicedesk serve" every minute. It can be cut off anywhere, and goes on there.
        """
        done = await evaluate_tickets(self.desk, afresh=afresh)
        return EvaluateOutcome(done.tickets, done.has_policy, done.busy)

    @method(Capability.PROMISES_DECIDE)
    async def foresee(
        self,
        ticket: str,
        clock: Clock,
        kind: Kind,
        *,
        reason: str,
        due: datetime | None = None,
        cycle: int | None = None,
        connection: str | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Return what a decision would change. Changes nothing.

        Args:
            ticket: Ticket number, or the vendor's id.
            clock: Which promise.
            kind: What would be decided.
            reason: Why.
            due: Of an override: until when the promise is kept.
            cycle: Which life of the ticket; ``None`` = the last.
            connection: Where it is, if several have it.
            scope: Only a ticket that it lets through.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: The reason is empty, the due time has no offset from UTC, or there is nothing to take back.
        """
        wanted = Wanted(ticket, Clock(clock), cycle, connection, scope)
        what, now = _ensured(Kind(kind), reason, due), self.desk.clock.now()
        return await self.desk.store.read(lambda tx: changed(tx, wanted, what, now))

    @_decided("sla.override", preview=_foreseen(Kind.OVERRIDE), asks=lambda *_, **__: "Let it be due then?")
    async def override(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        due: Due,
        reason: Why,
        cycle: Life = None,
        connection: Where = None,
        shown: ClockDecision | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Give a clock another due time, whatever its policy says, until that is withdrawn.

        No pause moves it on. Attainment counts the clock by it, and says how many were decided so.

        Args:
            ticket: Ticket number, or the vendor's id.
            clock: Which promise.
            due: Until when the promise is kept.
            reason: Why.
            cycle: Which life of the ticket; ``None`` = the last.
            connection: Where it is, if several have it.
            shown: What somebody has seen and agreed to: it is decided about that life of the ticket.
            scope: Only a ticket that it lets through.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: The reason is empty, or the due time has no offset from UTC.
        """
        wanted = Wanted(ticket, Clock(clock), cycle, connection, scope)
        return await self._decide(wanted, _ensured(Kind.OVERRIDE, reason, due), shown)

    @_decided("sla.exempt", preview=_foreseen(Kind.EXEMPT), asks=lambda *_, **__: "Leave it out of the figures?")
    async def exempt(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        reason: Why,
        cycle: Life = None,
        connection: Where = None,
        shown: ClockDecision | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Leave a clock out of what is judged, until that is withdrawn. Attainment says how many were left out.

        Args:
            ticket: Ticket number, or the vendor's id.
            clock: Which promise.
            reason: Why.
            cycle: Which life of the ticket; ``None`` = the last.
            connection: Where it is, if several have it.
            shown: As for :meth:`override`.
            scope: Only a ticket that it lets through.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: The reason is empty.
        """
        wanted = Wanted(ticket, Clock(clock), cycle, connection, scope)
        return await self._decide(wanted, _ensured(Kind.EXEMPT, reason), shown)

    @_decided("sla.withdraw", preview=_foreseen(Kind.WITHDRAWN), asks=lambda *_, **__: "Take it back?")
    async def withdraw(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        reason: Why,
        cycle: Life = None,
        connection: Where = None,
        shown: ClockDecision | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Take back another due time, or that a clock does not count: its policy holds again. Nothing is deleted.

        Args:
            ticket: Ticket number, or the vendor's id.
            clock: Which promise.
            reason: Why.
            cycle: Which life of the ticket; ``None`` = the last.
            connection: Where it is, if several have it.
            shown: As for :meth:`override`.
            scope: Only a ticket that it lets through.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: The reason is empty, or nothing was decided.
        """
        wanted = Wanted(ticket, Clock(clock), cycle, connection, scope)
        return await self._decide(wanted, _ensured(Kind.WITHDRAWN, reason), shown)

    @action("sla.reason", about="Why a promise was missed.", needs=Capability.PROMISES_REASON)
    async def reason(
        self,
        ticket: Ticket,
        clock: Which,
        why: Annotated[str, Help('Which of the fixed reasons; "sla reasons" lists them.', metavar="REASON")],
        *,
        note: Annotated[str, Help("More, in words.")] = "",
        cycle: Life = None,
        connection: Where = None,
        scope: Scope | None = None,
    ) -> MissedBecause:
        """Say why a promise was missed, of the fixed list of reasons. What was said before is replaced, and kept.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: There is no such reason, or the promise was not missed.
        """
        wanted, now = Wanted(ticket, Clock(clock), cycle, connection, scope), self.desk.clock.now()

        def work(tx: Tx) -> MissedBecause:
            audit.take_turn(tx)
            of, missed = found(tx, wanted, now)
            if missed.outcome is not Outcome.MISSED:
                raise SettingsError(
                    f"{missed.clock.value.capitalize()} of {of.number} was not missed.",
                    hint="`servicedesk sla missed --without-reason` lists those of which nobody has said why.",
                )
            because = known_reason(why, decided.reasons(tx, now))
            before = decided.reason_of(tx, of.local_id, missed.clock, missed.cycle)
            self._keep(
                tx,
                Decision(
                    of.local_id, missed.clock, missed.cycle, Kind.MISSED, note.strip(), now, str(self.desk.actor),
                    missed_reason=because,
                ),
                before={"reason": before},
                after={"reason": because},
            )  # fmt: skip
            return MissedBecause(
                of.local_id,
                of.number,
                missed.clock.value,
                missed.cycle,
                missed.breached_at,
                because,
                before,
                note.strip(),
            )

        return await self.desk.store.write(work)

    async def _decide(self, wanted: Wanted, what: What, shown: ClockDecision | None) -> ClockDecision:
        """Keep a decision, and judge its ticket."""
        now, pinned = self.desk.clock.now(), wanted if shown is None else wanted._replace(cycle=shown.cycle)

        def work(tx: Tx) -> ClockDecision:
            audit.take_turn(tx)  # whoever decides about it at the same time sees this, or this sees theirs
            done = changed(tx, pinned, what, now)
            self._keep(
                tx,
                what.decision(done.ticket_id, done.clock, done.cycle, now, str(self.desk.actor)),
                before={"due_at": _told(done.due_before), "outcome": done.outcome_before},
                after={"due_at": _told(done.due_at), "outcome": done.outcome},
            )
            return done

        done = await self.desk.store.write(work)
        return replace(done, busy=(await evaluate_tickets(self.desk)).busy)

    def _keep(self, tx: Tx, decision: Decision, *, before: dict[str, Any], after: dict[str, Any]) -> None:
        kept = decided.keep(tx, decision)
        audit.append(
            tx,
            at=kept.at,
            actor=kept.actor,
            action=f"sla.{kept.kind}",
            entity=f"sla_clock:{kept.ticket_id}:{kept.clock}:{kept.cycle}",
            before=before,
            after=after,
            reason=kept.reason,
        )


def _ensured(kind: Kind, reason: str, due_at: datetime | None = None) -> What:
    if not reason.strip():
        raise SettingsError("The reason is empty.", hint="Say why, for those who look at the figures later.")
    if due_at is not None and due_at.tzinfo is None:
        raise SettingsError(f"{due_at} has no offset from UTC.", hint="Say in which zone the due time is.")
    return What(kind, reason.strip(), due_at)


def _told(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
