"""Asking for a decision about the clock of a ticket: by those who may not take it, answered by those who may."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action, method
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.decisions.deciding import (
    Deciding,
    Life,
    Ticket,
    Where,
    Which,
    Why,
    announced,
    ensured,
)
from servicedesk_core.features.sla.past.model import ClockDecision
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.decided import ASKED_FOR, Decision, Kind
from servicedesk_core.features.sla.tables.deciding import Wanted, What, changed, found
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope


class Requests(Deciding[Manner]):
    """What people ask for about promises to clients."""

    @action(
        "sla.request",
        title="Ask for another promise",
        about="What was asked for, and what it would change.",
        needs=Capability.PROMISES_REASON,
        page="servicedesk_core.features.sla.pages:decision",
    )
    async def request(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        due: Annotated[datetime | None, Help("Until when the promise is to be kept.")] = None,
        exempt: Annotated[bool, Help("Or: that it does not count.")] = False,
        reason: Why,
        cycle: Life = None,
        connection: Where = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Ask those who may decide it for another due time of a clock, or that it does not count.

        Nothing changes until "sla approve"; "sla decisions --pending" lists what waits. A new request about the same
        clock takes the place of the last.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: It is neither or both, the reason is empty, or the due time has no offset from UTC.
        """
        if (due is None) is not exempt:
            raise SettingsError("It is either --due or --exempt.", hint="Name one of them.")
        kind = Kind.EXEMPT_REQUESTED if exempt else Kind.OVERRIDE_REQUESTED
        wanted, now = Wanted(ticket, Clock(clock), cycle, connection, scope), self.desk.clock.now()
        what = ensured(ASKED_FOR[kind], reason, due)

        def work(tx: Tx) -> ClockDecision:
            audit.take_turn(tx)
            would = changed(tx, wanted, what, now)
            asked = what._replace(kind=kind)
            self._keep(
                tx,
                asked.decision(would.ticket_id, would.clock, would.cycle, now, str(self.desk.actor)),
                before={},
                after={"due_at": None if due is None else due.isoformat()},
            )
            return replace(would, kind=kind.value)

        return await self.desk.store.write(work)

    @method(Capability.PROMISES_DECIDE)
    async def foresee_request(
        self,
        ticket: str,
        clock: Clock,
        *,
        cycle: int | None = None,
        connection: str | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Return what would change, if what was asked for about a clock were decided. Changes nothing.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: Nobody asks for anything about it.
        """
        wanted, now = Wanted(ticket, Clock(clock), cycle, connection, scope), self.desk.clock.now()

        def work(tx: Tx) -> ClockDecision:
            return changed(tx, wanted, _what(_asked(tx, wanted, now)), now)

        return await self.desk.store.read(work)

    @announced(
        "sla.approve",
        preview=lambda sla, ticket, clock, **given: sla.foresee_request(ticket, clock, **given),
        asks=lambda *_, **__: "Decide it so?",
    )
    async def approve(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        cycle: Life = None,
        connection: Where = None,
        shown: ClockDecision | None = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Decide about a clock what somebody asked for. Their reason stays with it, and who they are.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: Nobody asks for anything about it, or for something else than what was shown.
        """
        wanted = Wanted(ticket, Clock(clock), cycle if shown is None else shown.cycle, connection, scope)
        now = self.desk.clock.now()

        def work(tx: Tx) -> What:
            return _what(_asked(tx, wanted, now))

        return await self._decide(wanted, work, shown)

    @action(
        "sla.decline",
        about="What is not decided.",
        needs=Capability.PROMISES_DECIDE,
        page="servicedesk_core.features.sla.pages:decision",
    )
    async def decline(
        self,
        ticket: Ticket,
        clock: Which,
        *,
        reason: Why,
        cycle: Life = None,
        connection: Where = None,
        scope: Scope | None = None,
    ) -> ClockDecision:
        """Say that what somebody asked for about a clock is not decided, and why.

        Raises:
            NotFoundLocallyError: There is no such ticket, or no such clock of it is judged.
            SettingsError: The reason is empty, or nobody asks for anything about it.
        """
        wanted, now = Wanted(ticket, Clock(clock), cycle, connection, scope), self.desk.clock.now()
        what = ensured(Kind.DECLINED, reason)

        def work(tx: Tx) -> ClockDecision:
            audit.take_turn(tx)
            asked = _asked(tx, wanted, now)
            done = changed(tx, wanted._replace(cycle=asked.cycle), what, now)
            kept = what.decision(done.ticket_id, done.clock, done.cycle, now, str(self.desk.actor))
            self._keep(tx, kept, before={"asked": asked.kind, "by": asked.actor}, after={})
            return done

        return await self.desk.store.write(work)


def _asked(tx: Tx, wanted: Wanted, now: datetime) -> Decision:
    """Return what somebody asks for about a clock."""
    ticket, clock = found(tx, wanted, now)
    asked = decided.requested(tx, ticket.local_id, clock.clock.value, clock.cycle)
    if asked is None:
        raise SettingsError(
            f"Nobody asks for anything about {clock.clock.value} of {ticket.number}.",
            hint="`servicedesk sla decisions --pending` lists what waits.",
        )
    return asked


def _what(asked: Decision) -> What:
    """Return what is decided with it."""
    reason = f"{asked.reason} (asked for by {asked.actor})"
    return What(ASKED_FOR[Kind(asked.kind)], reason, asked.due_at)
