"""What is decided about writes, by whoever may decide it and sees what they are about."""

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.faces import Capability, Desk, Manner, method
from servicedesk_core.features.writes.queries import WriteQueries
from servicedesk_core.outbox.outcomes import Reverted, SendOutcome
from servicedesk_core.outbox.values import Fields
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.store import outbox
from servicedesk_core.store.queries.ownership import own_writes
from servicedesk_core.store.queries.scope import Scope, Sight


class DecidingDesk(Desk, Protocol):
    """A desk with an outbox."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


class OutboxActs(WriteQueries[Manner]):
    """The writes of a desk. Nothing is sent without an approval."""

    desk: DecidingDesk

    @method(Capability.TICKETS_WRITE)
    async def propose(self, intent: Intent) -> WriteView:
        """Store what somebody wants; nothing is sent before it is approved. See :meth:`Writes.propose`."""
        return await self.desk.outbox.propose(intent)

    @method(Capability.WRITES_APPROVE)
    async def edit(self, number: int, fields: Fields, *, reason: str = "", scope: Scope | None = None) -> WriteView:
        """Give a write other values, as long as the vendor certainly does not have it. See :meth:`Writes.edit`."""
        await self._ensure_seen([number], scope)
        return await self.desk.outbox.edit(number, fields, reason=reason)

    @method(Capability.WRITES_APPROVE)
    async def approve(
        self, numbers: Sequence[int], *, send: bool = False, scope: Scope | None = None
    ) -> tuple[WriteView, ...]:
        """Approve proposed writes: all of them, or none. See :meth:`Writes.approve`."""
        await self._ensure_seen(numbers, scope)
        return await self.desk.outbox.approve(numbers, send=send)

    @method(Capability.WRITES_APPROVE)
    async def discard(
        self, numbers: Sequence[int], *, reason: str = "", scope: Scope | None = None
    ) -> tuple[WriteView, ...]:
        """Decide that writes are not pursued: all of them, or none. See :meth:`Writes.discard`."""
        await self._ensure_seen(numbers, scope)
        return await self.desk.outbox.discard(numbers, reason=reason)

    @method(Capability.WRITES_APPROVE)
    async def retry(
        self, numbers: Sequence[int], *, send: bool = False, scope: Scope | None = None
    ) -> tuple[WriteView, ...]:
        """Send rejected or waiting writes again, and look again for those in doubt. See :meth:`Writes.retry`."""
        await self._ensure_seen(numbers, scope)
        return await self.desk.outbox.retry(numbers, send=send)

    @method(Capability.WRITES_APPROVE)
    async def resolve(
        self, number: int, outcome: WriteState, *, ref: str | None = None, reason: str = "", scope: Scope | None = None
    ) -> WriteView:
        """Settle a doubt after a look at the vendor. See :meth:`Writes.resolve`."""
        await self._ensure_seen([number], scope)
        return await self.desk.outbox.resolve(number, outcome, ref=ref, reason=reason)

    @method(Capability.WRITES_APPROVE)
    async def revert(self, number: int, *, reason: str = "", scope: Scope | None = None) -> Reverted:
        """Propose to restore the old values of a confirmed update. See :meth:`Writes.revert`."""
        await self._ensure_seen([number], scope)
        return await self.desk.outbox.revert(number, reason=reason)

    @method(Capability.DESK_OPERATE)
    async def run(
        self, connection: str | None = None, *, only: Collection[int] = (), allow: int = 0
    ) -> tuple[SendOutcome, ...]:
        """Settle doubts, send what is approved, and read back what was confirmed. See :meth:`Writes.run`.

        To let more go after sending stopped takes ``writes.approve`` too.
        """
        if allow:
            self.desk.permitted(Capability.WRITES_APPROVE, "writes.run --allow")
        return await self.desk.outbox.run(connection, only=only, allow=allow)

    async def _ensure_seen(self, numbers: Sequence[int], scope: Scope | None) -> None:
        """Make sure that a scope lets writes through.

        Raises:
            NotFoundLocallyError: It does not.
        """
        if scope is None:
            return

        def look(tx: Tx) -> None:
            own = own_writes(tx, Sight(tx, scope))
            for number in numbers:
                outbox.get(tx, number, own)

        await self.desk.store.read(look)
