"""What is decided about writes, by whoever may decide it and sees what they are about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy import Connection as Tx

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.faces import Capability, Manner, method
from servicedesk_core.features.writes.queries import WriteQueries
from servicedesk_core.outbox.outcomes import Reverted, SendOutcome
from servicedesk_core.outbox.values import Fields
from servicedesk_core.outbox.views import WriteView, after_act, view_of
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.store.queries.ownership import ensure_own
from servicedesk_core.store.queries.scope import Scope


class DecidingDesk(ConfiguredDesk, Protocol):
    """A desk with an outbox."""

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


class OutboxActs(WriteQueries[Manner]):
    """The writes of a desk. Nothing is sent without an approval."""

    desk: DecidingDesk

    @method(Capability.TICKETS_WRITE, unscoped="an intent may be about anything")
    async def propose(self, intent: Intent) -> WriteView:
        """Store what somebody wants; nothing is sent before it is approved. See :meth:`Writes.propose`."""
        return await self.desk.outbox.propose(intent)

    @method(Capability.WRITES_APPROVE)
    async def edit(self, number: int, fields: Fields, *, reason: str = "", scope: Scope | None = None) -> WriteView:
        """Give a write other values, as long as the vendor certainly does not have it. See :meth:`Writes.edit`."""

        def look(tx: Tx) -> None:
            write = view_of(tx, number, scope)
            ensure_own(tx, scope, write.kind, fields, connection=write.connection, is_whole=False)

        await self.desk.store.read(look)
        await self.desk.outbox.edit(number, fields, reason=reason)
        return (await self._after([number], scope))[0]

    @method(Capability.WRITES_APPROVE)
    async def approve(
        self,
        numbers: Sequence[int],
        *,
        versions: Mapping[int, int] | None = None,
        send: bool = False,
        agreed: bool = False,
        scope: Scope | None = None,
    ) -> tuple[WriteView, ...]:
        """Approve proposed writes: all of them, or none. See :meth:`Writes.approve`."""
        await self._ensure_seen(numbers, scope)
        await self.desk.outbox.approve(numbers, versions=versions, send=send, agreed=agreed)
        return await self._after(numbers, scope)

    @method(Capability.WRITES_APPROVE)
    async def exceeding(self, numbers: Sequence[int], *, scope: Scope | None = None) -> Mapping[str, tuple[int, int]]:
        """Return of which connections sending would stop to ask. See :meth:`Writes.exceeding`."""
        await self._ensure_seen(numbers, scope)
        return await self.desk.outbox.exceeding(numbers)

    @method(Capability.WRITES_APPROVE)
    async def discard(
        self, numbers: Sequence[int], *, reason: str = "", scope: Scope | None = None
    ) -> tuple[WriteView, ...]:
        """Decide that writes are not pursued: all of them, or none. See :meth:`Writes.discard`."""
        await self._ensure_seen(numbers, scope)
        await self.desk.outbox.discard(numbers, reason=reason)
        return await self._after(numbers, scope)

    @method(Capability.WRITES_APPROVE)
    async def retry(
        self, numbers: Sequence[int], *, send: bool = False, scope: Scope | None = None
    ) -> tuple[WriteView, ...]:
        """Send rejected or waiting writes again, and look again for those in doubt. See :meth:`Writes.retry`."""
        await self._ensure_seen(numbers, scope)
        await self.desk.outbox.retry(numbers, send=send)
        return await self._after(numbers, scope)

    @method(Capability.WRITES_APPROVE)
    async def resolve(
        self, number: int, outcome: WriteState, *, ref: str | None = None, reason: str = "", scope: Scope | None = None
    ) -> WriteView:
        """Settle a doubt after a look at the vendor. See :meth:`Writes.resolve`."""
        await self._ensure_seen([number], scope)
        await self.desk.outbox.resolve(number, outcome, ref=ref, reason=reason)
        return (await self._after([number], scope))[0]

    @method(Capability.WRITES_APPROVE)
    async def revert(self, number: int, *, reason: str = "", scope: Scope | None = None) -> Reverted:
        """Propose to restore the old values of a confirmed update. See :meth:`Writes.revert`."""
        await self._ensure_seen([number], scope)
        back = await self.desk.outbox.revert(number, reason=reason)
        return replace(back, write=(await self._after([back.write.id], scope))[0])

    @method(Capability.DESK_OPERATE, unscoped="it goes on with everything that waits")
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
        if scope is not None:
            await self.desk.store.read(lambda tx: [view_of(tx, number, scope) for number in numbers])

    async def _after(self, numbers: Sequence[int], scope: Scope | None) -> tuple[WriteView, ...]:
        return await self.desk.store.read(lambda tx: after_act(tx, numbers, scope))
