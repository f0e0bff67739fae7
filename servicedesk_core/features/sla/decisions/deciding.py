"""What every decision about the clock of a ticket shares: what it would change, and keeping it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Protocol

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, Help, Manner, method, previewed
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.following import evaluate_tickets
from servicedesk_core.features.sla.past.model import ClockDecision
from servicedesk_core.features.sla.past.queries import Past
from servicedesk_core.features.sla.replay.queries import DraftingDesk
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.decided import Decision, Kind
from servicedesk_core.features.sla.tables.deciding import Wanted, What, changed
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx, audit
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.sla.pages"

Ticket = Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")]
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


announced = partial(
    previewed,
    about="What was decided, and what that changed.",
    needs=Capability.PROMISES_DECIDE,
    shows=f"{_PAGES}:decision",
    page=f"{_PAGES}:decision",
    tells=lambda done: f"{done.busy} The clock is judged anew then." if done.busy else "",
)
"""Declares a decision about a clock, which is shown what it changes before it is asked."""


class Deciding(Past[Manner]):
    """What people decide about promises to clients."""

    desk: StoringDesk

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
        what, now = ensured(Kind(kind), reason, due), self.desk.clock.now()
        return await self.desk.store.read(lambda tx: changed(tx, wanted, what, now))

    async def _decide(
        self, wanted: Wanted, what: What | Callable[[Tx], What], shown: ClockDecision | None
    ) -> ClockDecision:
        """Keep a decision, or what is one when its turn comes, and judge its ticket."""
        now, pinned = self.desk.clock.now(), wanted if shown is None else wanted._replace(cycle=shown.cycle)

        def work(tx: Tx) -> ClockDecision:
            audit.take_turn(tx)  # whoever decides about it at the same time sees this, or this sees theirs
            taken = what if isinstance(what, What) else what(tx)
            done = changed(tx, pinned, taken, now)
            if shown is not None and _said(shown, taken) != _said(done, taken):
                raise SettingsError("Something else was asked for meanwhile.", hint="Look at it, and say it again.")
            self._keep(
                tx,
                taken.decision(done.ticket_id, done.clock, done.cycle, now, str(self.desk.actor)),
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


def ensured(kind: Kind, reason: str, due_at: datetime | None = None) -> What:
    """Return what somebody decides, with a reason.

    Raises:
        SettingsError: The reason is empty, or the due time has no offset from UTC.
    """
    if not reason.strip():
        raise SettingsError("The reason is empty.", hint="Say why, for those who look at the figures later.")
    if due_at is not None and due_at.tzinfo is None:
        raise SettingsError(f"{due_at} has no offset from UTC.", hint="Say in which zone the due time is.")
    return What(kind, reason.strip(), due_at)


def _said(of: ClockDecision, what: What) -> tuple[str, str, datetime | None]:
    """Return what somebody says with a decision; a due time that nobody said may change by itself."""
    return of.kind, of.reason, None if what.due_at is None else of.due_at


def _told(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
