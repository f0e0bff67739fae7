"""Judging clocks by hand, and what people decide about them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Column, Help, Manner, action
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.decisions.deciding import Due, Life, Ticket, Where, Which, Why, announced, ensured
from servicedesk_core.features.sla.decisions.reasons import known_reason
from servicedesk_core.features.sla.decisions.requesting import Requests
from servicedesk_core.features.sla.following import evaluate_tickets
from servicedesk_core.features.sla.past.model import ClockDecision, MissedBecause
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.decided import Decision, Kind
from servicedesk_core.features.sla.tables.deciding import Wanted, found
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope


@dataclass(frozen=True, slots=True)
class EvaluateOutcome:
    """What was judged."""

    tickets: Annotated[int, Column("Tickets whose clocks were judged.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    busy: Annotated[str | None, Column("Who is at it instead.")]


def _foreseen(kind: Kind) -> Callable[..., Coroutine[Any, Any, ClockDecision]]:
    return lambda sla, ticket, clock, **given: sla.foresee(ticket, clock, kind, **given)


class Sla(Requests[Manner]):
    """What was promised to clients, whether it is kept, and what people decide about it."""

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

    @announced("sla.override", preview=_foreseen(Kind.OVERRIDE), asks=lambda *_, **__: "Let it be due then?")
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
        return await self._decide(wanted, ensured(Kind.OVERRIDE, reason, due), shown)

    @announced("sla.exempt", preview=_foreseen(Kind.EXEMPT), asks=lambda *_, **__: "Leave it out of the figures?")
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
        return await self._decide(wanted, ensured(Kind.EXEMPT, reason), shown)

    @announced("sla.withdraw", preview=_foreseen(Kind.WITHDRAWN), asks=lambda *_, **__: "Take it back?")
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
        return await self._decide(wanted, ensured(Kind.WITHDRAWN, reason), shown)

    @action(
        "sla.reason", title="Say why it was missed", about="Why a promise was missed.", needs=Capability.PROMISES_REASON
    )
    async def reason(
        self,
        ticket: Ticket,
        clock: Which,
        why: Annotated[
            str, Help('Which of the fixed reasons; "sla reasons" lists them.', metavar="REASON", names="sla.reasons")
        ],
        *,
        note: Annotated[str, Help("More, in words.", is_long=True)] = "",
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
