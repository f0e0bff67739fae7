"""Deciding about messages: they are sent, or left."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.bounces.acts import Bouncing
from servicedesk_core.features.messages.lists import of_tickets
from servicedesk_core.features.messages.making.composing import Composer, Needless
from servicedesk_core.features.messages.making.jobs import Made, make
from servicedesk_core.features.messages.model import Decision
from servicedesk_core.features.messages.posts.acts import Linking
from servicedesk_core.features.messages.tables import HELD, PROPOSED, WAITING, Stored
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.features.tickets import TicketFilter
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, audit, outbox
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import client_messages
from servicedesk_core.wording import counted

NUMBERS = Annotated[tuple[int, ...], Help("Numbers of messages.", names="messages.queue")]
ALL = Annotated[bool, Help("All that wait for somebody.", name="all", instead_of="numbers")]
OF = Annotated[Trigger | None, Help("Of all, only what tells of this.", name="trigger")]
CLIENT = Annotated[str | None, Help("Of all, only those of this client, by name or id.")]

_WENT: Final = frozenset({WriteState.SENDING, WriteState.CONFIRMED, WriteState.PARTLY_APPLIED})


def _many(numbers: Sequence[int], *, everything: bool) -> str:
    return "all messages that wait" if everything else counted(len(set(numbers)), "message")


def _releases(numbers: Sequence[int] = (), *, everything: bool = False, **_: Any) -> str:
    return f"Send {_many(numbers, everything=everything)} to clients?"


def _discards(numbers: Sequence[int] = (), *, everything: bool = False, **_: Any) -> str:
    return f"Leave {_many(numbers, everything=everything)}, so that no client reads it?"


class Messages(Bouncing[Manner], Linking[Manner]):
    """Messages to clients."""

    desk: ProposingDesk

    @action("messages.release", about="What became of them.", needs=Capability.MESSAGES, asks=_releases)
    async def release(
        self: "Messages[Awaited]",
        numbers: NUMBERS = (),
        *,
        everything: ALL = False,
        trigger: OF = None,
        client: CLIENT = None,
        scope: Scope | None = None,
    ) -> Decision:
        """Send messages to clients. This changes outside systems: clients read it.

        What is held is made anew first. What nobody needs any more is left, and said. Of more than may be sent at once
        the rest waits until somebody lets it: `servicedesk writes run --allow N`.

        Raises:
            NotFoundLocallyError: There is no such message.
            SettingsError: None is named.
        """
        found = await self._chosen(numbers, trigger, client, scope, everything=everything)
        made, left = Made(), dict[int, str]()
        fresh = [one for one in found if one.state in {HELD, WAITING}]
        if fresh:
            await make(self.desk, fresh, made, is_asked=True)
        found = await self.desk.store.read(lambda tx: tables.get(tx, [one.id for one in found]))
        for one in found:
            if one.state != PROPOSED or one.write_id is None:
                left[one.id] = made.refused.get(one.id) or one.why or "it is not made"
        left |= await self.desk.store.read(partial(_gone, of=found))
        needless = await self.desk.store.read(partial(self._needless, of=[one for one in found if one.id not in left]))
        await self._discard([one for one in found if one.id in needless], "nobody needs it any more")
        left |= needless
        writes = [one.write_id for one in found if one.id not in left and one.write_id is not None]
        waiting = await self.desk.store.read(partial(_with_following, writes=writes))
        views = await self.desk.outbox.approve(waiting, send=True) if waiting else ()
        stopped = next((view.error for view in views if view.state is WriteState.QUEUED and view.error), None)
        mine = [view for view in views if view.id in {*writes}]
        sent = sum(view.state is WriteState.CONFIRMED for view in mine)
        queued = sum(view.state is WriteState.QUEUED for view in mine)
        undecided = {view.id for view in mine}
        refused = {*await self.desk.store.read(lambda tx: [one for one in writes if _is_refused(tx, one)])}
        for one in found:
            if one.id not in left and one.write_id in refused - undecided:
                left[one.id] = f"it was refused: `servicedesk writes retry {one.write_id}` sends it once that is mended"
            elif one.id not in left and one.write_id not in undecided:
                left[one.id] = "somebody decided about it already"
        return Decision(len(found), sent, queued, _told(left), stopped)

    @action("messages.discard", about="What became of them.", needs=Capability.MESSAGES, asks=_discards)
    async def discard(
        self: "Messages[Awaited]",
        numbers: NUMBERS = (),
        *,
        everything: ALL = False,
        trigger: OF = None,
        client: CLIENT = None,
        reason: Annotated[str, Help("Why; kept with them.")] = "",
        scope: Scope | None = None,
    ) -> Decision:
        """Leave messages: no client reads them. What went out, or may have, is left out, and said.

        Raises:
            NotFoundLocallyError: There is no such message.
            SettingsError: None is named.
        """
        found = await self._chosen(numbers, trigger, client, scope, everything=everything)
        gone = await self.desk.store.read(partial(_gone, of=found))
        await self._discard([one for one in found if one.id not in gone], reason)
        return Decision(len(found), 0, 0, _told(gone), None)

    async def _discard(self, found: Sequence[Stored], reason: str) -> None:
        if not found:
            return
        writes = [one.write_id for one in found if one.write_id is not None]
        waiting = await self.desk.store.read(lambda tx: [one for one in writes if _is_open(tx, one)])
        if waiting:
            await self.desk.outbox.discard(waiting, reason=reason)

        def work(tx: Tx) -> None:
            audit.take_turn(tx)
            now, by = self.desk.clock.now(), str(self.desk.actor)
            numbers = [one.id for one in found if one.write_id is None]
            if tables.drop(tx, numbers, reason or f"left by {self.desk.actor.name}", now):
                after = {"messages": numbers}
                audit.append(tx, at=now, actor=by, action="messages.discarded", entity="messages", after=after)

        await self.desk.store.write(work)

    def _needless(self, tx: Tx, of: Sequence[Stored]) -> dict[int, str]:
        composer = Composer(tx, self.desk.settings, self.desk.clock.now(), of)
        found = ((one.id, composer.needless(one)) for one in of)
        return {number: one.why for number, one in found if isinstance(one, Needless)}

    async def _chosen(
        self,
        numbers: Sequence[int],
        trigger: Trigger | None,
        client: str | None,
        scope: Scope | None,
        *,
        everything: bool,
    ) -> list[Stored]:
        if not numbers and not everything:
            raise SettingsError(
                "No message is named.", hint="Name numbers, as `servicedesk messages queue` has them, or --all."
            )
        m = client_messages.c

        def work(tx: Tx) -> list[Stored]:
            where = of_tickets(tx, TicketFilter(company=(client,) if client and everything else ()), scope)
            if everything:
                where += [tables.in_queue(), *([m.trigger == trigger.value] if trigger is not None else [])]
            else:
                where.append(m.id.in_([*numbers]))
            return [one for one, _ in tables.listed(tx, where)]

        found = sorted(await self.desk.store.read(work), key=lambda one: one.id)
        if unknown := {*numbers} - {one.id for one in found}:
            raise NotFoundLocallyError(
                f"There is no message {min(unknown)}; nothing was done.",
                hint="`servicedesk messages queue` lists them.",
            )
        return found


def _with_following(tx: Tx, writes: Iterable[int]) -> list[int]:
    """Return writes that nobody decided about yet, each with what follows it."""
    mine = [one for one in writes if outbox.get(tx, one).state is WriteState.PROPOSED]
    after = [one.id for one in outbox.following(tx, mine) if one.state is WriteState.PROPOSED]
    return [*mine, *after]


def _told(left: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(f"{number}: {why}" for number, why in sorted(left.items()))


def _gone(tx: Tx, of: Iterable[Stored]) -> dict[int, str]:
    """Return why nobody can decide about some messages any more."""
    found = {}
    for one in of:
        state = outbox.get(tx, one.write_id).state if one.write_id is not None else None
        if state is WriteState.IN_DOUBT:
            found[one.id] = f"it may have gone out: `servicedesk writes resolve {one.write_id}` settles that"
        elif state in _WENT:
            found[one.id] = "somebody decided about it already"
    return found


def _is_refused(tx: Tx, number: int) -> bool:
    return outbox.get(tx, number).state is WriteState.REJECTED


def _is_open(tx: Tx, number: int) -> bool:
    return outbox.get(tx, number).state is not WriteState.DISCARDED
