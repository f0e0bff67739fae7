"""Closing a month."""

from datetime import datetime
from typing import Annotated, Protocol

from servicedesk_core.errors import PeriodClosedError, SettingsError
from servicedesk_core.faces import Capability, Desk, Help, Manner, action
from servicedesk_core.features.profit.ledger import Ledger, total
from servicedesk_core.features.profit.model import Closing
from servicedesk_core.features.profit.months import Month, closable
from servicedesk_core.features.profit.queries import UNSCOPED, ProfitQueries
from servicedesk_core.features.profit.tables import closing
from servicedesk_core.features.profit.tables.books import books
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit
from servicedesk_core.wording import plain


class ClosingDesk(Desk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""


class Profit(ProfitQueries[Manner]):
    """What clients, contracts and kinds of work earn and cost, and closing months."""

    desk: ClosingDesk

    @action(
        "profit.close",
        about="What was closed.",
        needs=Capability.PERIODS_CLOSE,
        unscoped=UNSCOPED,
        asks=lambda month, **_: f"Close {month} for good? What comes later becomes an adjustment.",
    )
    async def close(
        self,
        month: Annotated[str, Help("The month, such as 2026-10.")],
        *,
        reason: Annotated[str, Help("Why; it stays with the month.")],
    ) -> Closing:
        """Close a month: its margins stay as they are, and what comes later is shown as adjustments.

        Raises:
            SettingsError: That is no month, it is not over yet, the reason is empty, or nobody decided how margins
                are counted.
            PeriodClosedError: It is closed already.
        """
        now = self.desk.clock.now()
        wanted = closable(month, self._zone, now)
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at the month later.")

        def counted(tx: Tx) -> Ledger:
            self._refuse_twice(tx, wanted)
            return books(tx, [wanted], self._zone, {})[wanted]

        book = await self.desk.store.read(counted)

        def work(tx: Tx) -> Closing:
            audit.take_turn(tx)  # whoever closes it at the same time sees it closed
            self._refuse_twice(tx, wanted)
            return self._keep(tx, wanted, book, now, reason)

        return await self.desk.store.write(work)

    def _keep(self, tx: Tx, month: Month, book: Ledger, now: datetime, reason: str) -> Closing:
        cells = closing.keep(tx, month, book, at=now, author=str(self.desk.actor), reason=reason)
        whole = total(book.cells().values())
        closed = Closing(str(month), whole.revenue, whole.cost, book.policy.currency, whole.unknown, whole.uncosted)
        audit.append(
            tx,
            at=now,
            actor=str(self.desk.actor),
            action="profit.closed",
            entity=f"profit:{month}",
            after={"cells": cells, "currency": closed.currency, "unknown": closed.unknown, "uncosted": closed.uncosted},
            reason=reason,
        )
        return closed

    def _refuse_twice(self, tx: Tx, month: Month) -> None:
        if there := closing.closed(tx, [month]).get(month):
            when = plain(there.at, self._zone, named=True)
            raise PeriodClosedError(
                f'{month} was closed by {there.author} on {when}: "{there.reason}".',
                hint=f"`servicedesk profit show --period {month}` shows it, with what came later.",
            )
