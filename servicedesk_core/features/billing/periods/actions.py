"""Locking a month, and opening it again."""

from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.errors import NotFoundLocallyError, PeriodClosedError, SettingsError
from servicedesk_core.faces import Capability, Desk, Help, Manner, action
from servicedesk_core.features.billing.periods import tables
from servicedesk_core.features.billing.periods.model import LockedMonth, MonthReopened
from servicedesk_core.features.billing.periods.queries import UNSCOPED, PeriodQueries
from servicedesk_core.features.profit import Month, closable
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx, audit
from servicedesk_core.wording import plain

_MONTH = Annotated[str, Help("The month, such as 2026-10.")]
_REASON = Annotated[str, Help("Why; kept in the audit trail.")]


class BillingDesk(Desk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""

    @property
    def store(self) -> Store:
        """Where it is kept."""
        ...


class Periods(PeriodQueries[Manner]):
    """Which months are locked, and locking them."""

    desk: BillingDesk

    @action("billing.lock", about="What was locked.", needs=Capability.PERIODS_CLOSE, unscoped=UNSCOPED)
    async def lock(self, month: _MONTH, *, reason: _REASON) -> LockedMonth:
        """Lock a month: it takes no new documents, and what comes late is billed with the next open one.

        Raises:
            SettingsError: That is no month, it is not over yet, or the reason is empty.
            PeriodClosedError: It is locked already.
        """
        wanted = self._wanted(month, reason)
        one = tables.Lock(str(wanted), self.desk.clock.now(), str(self.desk.actor), reason)

        def work(tx: Tx) -> LockedMonth:
            audit.take_turn(tx)  # whoever locks it at the same time sees it locked
            if there := tables.locked(tx).get(wanted):
                when = plain(there.at, self._zone, named=True)
                message = f'{wanted} was locked by {there.author} on {when}: "{there.reason}".'
                raise PeriodClosedError(message, hint="`servicedesk billing locks` lists the months that are.")
            tables.lock(tx, one)
            self._note(tx, "billing.locked", wanted, reason)
            return LockedMonth(one.month, one.at, one.author, one.reason)

        return await self.desk.store.write(work)

    @action("billing.reopen", about="What was opened again.", needs=Capability.PERIODS_CLOSE, unscoped=UNSCOPED)
    async def reopen(self, month: _MONTH, *, reason: _REASON) -> MonthReopened:
        """Open a locked month again: it takes documents until it is locked once more.

        Raises:
            SettingsError: That is no month, or the reason is empty.
            NotFoundLocallyError: It is not locked.
        """
        wanted = self._wanted(month, reason)

        def work(tx: Tx) -> MonthReopened:
            audit.take_turn(tx)
            if not tables.unlock(tx, wanted):
                hint = "`servicedesk billing locks` lists the months that are."
                raise NotFoundLocallyError(f"{wanted} is not locked.", hint=hint)
            self._note(tx, "billing.reopened", wanted, reason)
            return MonthReopened(str(wanted))

        return await self.desk.store.write(work)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.timezone)

    def _wanted(self, month: str, reason: str) -> Month:
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at the month later.")
        return closable(month, self._zone, self.desk.clock.now())

    def _note(self, tx: Tx, act: str, month: Month, reason: str) -> None:
        entity, now = f"billing:{month}", self.desk.clock.now()
        audit.append(tx, at=now, actor=str(self.desk.actor), action=act, entity=entity, reason=reason)
