"""What people say of figures: which follow-ups are repeat service, and which months stay as they are."""

from collections.abc import Mapping
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.errors import NotFoundLocallyError, PeriodClosedError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, Measure, Period, action
from servicedesk_core.faces.kpi import on_desk
from servicedesk_core.features.kpi.lists import KpiLists
from servicedesk_core.features.kpi.measuring import Measuring
from servicedesk_core.features.kpi.model import Decided, FiguresClosed, FiguresReopened
from servicedesk_core.features.kpi.queries import MeasuringDesk
from servicedesk_core.features.kpi.tables.closing import Closed, closed, drop, keep
from servicedesk_core.features.kpi.tables.decisions import Decision, decide
from servicedesk_core.features.profit import Month, closable
from servicedesk_core.features.tickets import ticket_of
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import plain

_FIRST = Annotated[
    str, Help("The completed ticket: its number, or the vendor's id.", name="ticket", names="tickets.show")
]
_LATER = Annotated[str, Help("What came after it; the same one, where it was opened again.", names="tickets.show")]
_WHERE = Annotated[str | None, Help("Where they are, if several have them.")]
_MONTH = Annotated[str, Help("The month, such as 2026-10.")]
_WHOLE = "a month is closed for all clients together"
_REASON = Annotated[str, Help("Why; kept in the audit trail.")]


class ActingDesk(MeasuringDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""


class Kpis(KpiLists[Manner]):
    """Figures with their goals, and what people say of them."""

    desk: ActingDesk

    @action("kpi.confirm-repeat", about="What was said.", needs=Capability.TICKETS_ASSIGN)
    async def confirm_repeat(
        self,
        ticket: _FIRST,
        follow_up: _LATER,
        *,
        reason: _REASON,
        connection: _WHERE = None,
        scope: Scope | None = None,
    ) -> Decided:
        """Say that a ticket is repeat service of another one, whether or not a rule says so too.

        Raises:
            NotFoundLocallyError: The store has no such ticket.
            SettingsError: The reason is empty, or they are no completed ticket and one that came after it.
        """
        return await self._decide((ticket, follow_up), connection, scope, is_repeat=True, reason=reason)

    @action("kpi.reject-repeat", about="What was said.", needs=Capability.TICKETS_ASSIGN)
    async def reject_repeat(
        self,
        ticket: _FIRST,
        follow_up: _LATER,
        *,
        reason: _REASON,
        connection: _WHERE = None,
        scope: Scope | None = None,
    ) -> Decided:
        """Say that a ticket is no repeat service of another one, such as one that the client brought about.

        Raises:
            NotFoundLocallyError: The store has no such ticket.
            SettingsError: The reason is empty, or they are no completed ticket and one that came after it.
        """
        return await self._decide((ticket, follow_up), connection, scope, is_repeat=False, reason=reason)

    @action(
        "kpi.close",
        about="What was closed.",
        needs=Capability.PERIODS_CLOSE,
        unscoped=_WHOLE,
        asks=lambda month, **_: f"Close the figures of {month}? What comes later becomes an adjustment.",
    )
    async def close(self, month: _MONTH, *, reason: _REASON) -> FiguresClosed:
        """Close a month: its figures and their records stay as they are, what comes later is shown as adjustments.

        A figure that breaks while it is measured is named, and keeps none of the others from being closed.

        Raises:
            SettingsError: That is no month, it is not over yet, or the reason is empty.
            PeriodClosedError: It is closed already.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        wanted, said = closable(month, zone, now), Closed(now, str(self.desk.actor), _given(reason))
        period = Period(wanted.starts(zone), wanted.next.starts(zone), now)
        kpis = [
            on_desk(kpi, self.desk) for feature in self.desk.features for kpi in feature.figures if kpi.over == "period"
        ]

        def measured(tx: Tx) -> dict[str, Measure | None]:
            self._refuse_twice(tx, wanted)
            people = self.desk.roster
            # They are kept, and shown to nobody here.
            measuring = Measuring(tx, period, may=lambda _: True, people=people)
            return {kpi.name: measuring.if_sound(kpi) for kpi in kpis}

        found = await self.desk.store.read(measured)
        figures = [(name, one) for name, one in found.items() if one is not None]
        broken = tuple(name for name, one in found.items() if one is None)

        def work(tx: Tx) -> FiguresClosed:
            audit.take_turn(tx)  # whoever closes it at the same time sees it closed
            self._refuse_twice(tx, wanted)
            count = keep(tx, wanted, figures, said)
            self._note(tx, "kpi.closed", wanted, said, after={"figures": count, "broken": ", ".join(broken)})
            return FiguresClosed(str(wanted), count, broken)

        return await self.desk.store.write(work)

    @action("kpi.reopen", about="What was opened again.", needs=Capability.PERIODS_CLOSE, unscoped=_WHOLE)
    async def reopen(self, month: _MONTH, *, reason: _REASON) -> FiguresReopened:
        """Open a closed month again: its figures follow what happens, until it is closed once more.

        Raises:
            SettingsError: That is no month, or the reason is empty.
            NotFoundLocallyError: It is not closed.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        wanted, said = closable(month, zone, now), Closed(now, str(self.desk.actor), _given(reason))

        def work(tx: Tx) -> FiguresReopened:
            audit.take_turn(tx)
            if wanted not in closed(tx):
                message = f"The figures of {wanted} are not closed."
                raise NotFoundLocallyError(message, hint='"servicedesk kpi months" lists the months that are.')
            drop(tx, wanted)
            self._note(tx, "kpi.reopened", wanted, said)
            return FiguresReopened(str(wanted))

        return await self.desk.store.write(work)

    def _note(self, tx: Tx, act: str, month: Month, said: Closed, after: Mapping[str, int | str] | None = None) -> None:
        entity = f"kpi:{month}"
        audit.append(tx, at=said.at, actor=said.author, action=act, entity=entity, after=after, reason=said.reason)

    def _refuse_twice(self, tx: Tx, month: Month) -> None:
        if there := closed(tx).get(month):
            when = plain(there.at, ZoneInfo(self.desk.timezone), named=True)
            message = f'The figures of {month} were closed by {there.author} on {when}: "{there.reason}".'
            raise PeriodClosedError(message, hint=f"`servicedesk kpi list --period {month}` shows them.")

    async def _decide(
        self, both: tuple[str, str], connection: str | None, scope: Scope | None, *, is_repeat: bool, reason: str
    ) -> Decided:
        _given(reason)
        now, actor = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> Decided:
            audit.take_turn(tx)  # a ticket follows one other only: whoever says so at the same time is done
            first, later = (ticket_of(tx, connection, one, scope=scope) for one in both)
            where = first.row.connection
            done = first.ticket.resolved_at or first.ticket.closed_at
            came = later.ticket.created_at
            is_again = first.row.external_id == later.row.external_id
            if where != later.row.connection or (not is_again and (done is None or came is None or came < done)):
                message = f"{later.row.ticket} did not come after {first.row.ticket} was resolved."
                raise SettingsError(message, hint="Name the completed ticket first, and then what came after it.")
            source_id = sources.get(tx, where).id
            decide(tx, source_id, first.row.external_id, later.row.external_id, Decision(is_repeat, now, actor, reason))
            audit.append(
                tx,
                at=now,
                actor=actor,
                action=f"kpi.repeat_{'confirmed' if is_repeat else 'rejected'}",
                entity=f"ticket:{where}/{first.row.external_id}",
                after={"follow_up": later.row.external_id},
                reason=reason,
            )
            return Decided(first.row.ticket, later.row.ticket, is_repeat, reason)

        return await self.desk.store.write(work)


def _given(reason: str) -> str:
    if not reason.strip():
        raise SettingsError("The reason is empty.", hint="Say why, for those who look at the figures later.")
    return reason
