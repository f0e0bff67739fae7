"""Judging the tickets of the store: all of them when what was promised changes, else those that something happened to.

One process at a time does it, under a lease, some tickets in each transaction; whoever dies on the way leaves the rest
to the next.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from servicedesk_core.errors import LeaseHeldError
from servicedesk_core.features.sla.clocks.evaluating import Evaluator
from servicedesk_core.features.sla.tables import kept, progress, told
from servicedesk_core.features.sla.tables.kept import judged
from servicedesk_core.features.sla.tables.progress import Under
from servicedesk_core.features.sla.tables.told import Beside, ToldTicket
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.hooks.announced import Change
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, Tx, changes
from servicedesk_core.store.holding import held

LEASE: Final = "sla"
_TICKETS_AT_ONCE: Final = 500
_CHANGES_AT_ONCE: Final = 1_000
_ALL_AGAIN: Final = 50_000
"""So many unread changes take longer than all tickets: the feed tells of some of them several times."""
_BESIDE: Final = {"appointments", *told.PLACES}

Keep = Callable[[Tx], None]


class JudgingDesk(Protocol):
    """A desk, as far as judging its tickets uses it."""

    @property
    def store(self) -> Store:
        """The desk's own database."""

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was done.

    Attributes:
        tickets: Tickets that were judged.
        has_policy: Whether there is anything to judge by.
        busy: Who is at it instead, in a sentence.
    """

    tickets: int
    has_policy: bool = True
    busy: str | None = None


async def evaluate_tickets(desk: JudgingDesk, *, afresh: bool = False) -> Evaluated:
    """Judge what has to be judged, until nothing is left.

    Args:
        desk: The open desk.
        afresh: All tickets, though nothing changed.
    """
    tickets = 0
    # Asked again at the end: who brought news just before the lease was given back found it taken, and left them to us.
    while afresh or await desk.store.read(lambda tx: progress.has_news(tx, desk.clock.now())):
        try:
            async with held(desk.store, LEASE) as fence:
                judging = _Judging(desk, fence)
                with collecting_seldom:
                    await judging.until_nothing_is_left(afresh=afresh)
        except LeaseHeldError as error:
            return Evaluated(tickets, busy=error.message)
        tickets, afresh = tickets + judging.tickets, False
    return Evaluated(tickets, has_policy=await desk.store.read(progress.current) is not None)


@dataclass(slots=True)
class _Judging:
    """What one process does while it holds the lease."""

    desk: JudgingDesk
    fence: Fence
    tickets: int = 0
    under: Under | None = None
    _evaluator: Evaluator = field(init=False)
    _beside: Beside = field(default_factory=Beside)

    async def until_nothing_is_left(self, *, afresh: bool) -> None:
        while await self._write(partial(self._begin, afresh=afresh)):
            afresh = False
            while (keep := await self.desk.store.read(self._next)) is not None:
                await self._write(keep)
            if not await self.desk.store.read(self._is_under_another):
                return

    def _begin(self, tx: Tx, *, afresh: bool) -> bool:
        """Find out what is judged under now, and begin with all tickets where that has changed."""
        now, known, version = self.desk.clock.now(), progress.current(tx), progress.version(tx)
        if not version:
            progress.end(tx)
            self.under = None
            return False
        self._evaluator, self._beside = progress.evaluator_of(tx), Beside()
        self.under = progress.under(version, self._evaluator.book, now)
        is_same = known is not None and Under(known.definitions, known.turned_at) == self.under
        if afresh or not is_same or progress.behind(tx, _ALL_AGAIN) >= _ALL_AGAIN:
            progress.begin(tx, self.under, now)
        return True

    def _is_under_another(self, tx: Tx) -> bool:
        version, now = progress.version(tx), self.desk.clock.now()
        return not version or progress.under(version, self._evaluator.book, now) != self.under

    def _next(self, tx: Tx) -> Keep | None:
        """Judge some tickets, and return what keeps that; ``None`` = nothing is left, or what holds has changed."""
        known = progress.current(tx)
        if known is None or self._is_under_another(tx):
            return None
        if known.done_through is not None:
            return self._next_of_all(tx, known.done_through)
        return self._next_touched(tx) or self._next_again(tx)

    def _next_of_all(self, tx: Tx, after: int) -> Keep:
        found, until = told.after(tx, after, _TICKETS_AT_ONCE, self._beside)
        judged_ones = self._judged(found)

        def keep(tx: Tx) -> None:
            kept.forget_between(tx, after, until)
            kept.keep(tx, judged_ones)
            if self.under is not None:
                progress.go_on(tx, self.under, until, self.desk.clock.now())

        return keep

    def _next_touched(self, tx: Tx) -> Keep | None:
        position, head = changes.offset(tx, progress.CONSUMER), changes.head(tx)
        if head <= position:
            return None
        batch = changes.read(tx, position, _CHANGES_AT_ONCE, entities=told.FOLLOWED, include_backfill=True)
        if any(one.entity in _BESIDE for one in batch):
            self._beside = Beside()
        places = {(one.entity, one.local_id) for one in batch if _tells_place(one)}
        ids = told.touched(tx, ((one.entity, one.local_id) for one in batch if one.entity not in told.PLACES))
        heard = batch[-1].seq if len(batch) == _CHANGES_AT_ONCE else head
        again = self._again(tx, ids)

        def keep(tx: Tx) -> None:
            progress.judge_again(tx, places, self.desk.clock.now())
            again(tx)
            changes.advance(tx, progress.CONSUMER, heard, self.desk.clock.now())

        return keep

    def _next_again(self, tx: Tx) -> Keep | None:
        """Judge tickets of which something comes to hold now that was known before."""
        ids = progress.due_again(tx, self.desk.clock.now(), _TICKETS_AT_ONCE)
        return self._again(tx, ids) if ids else None

    def _again(self, tx: Tx, ids: set[int]) -> Keep:
        judged_ones = self._judged(told.of(tx, ids, self._beside))

        def keep(tx: Tx) -> None:
            kept.forget(tx, ids)
            kept.keep(tx, judged_ones)

        return keep

    def _judged(self, tickets: list[ToldTicket]) -> list[kept.Judged]:
        now = self.desk.clock.now()
        self.tickets += len(tickets)
        return [judged(one, self._evaluator, now) for one in tickets]

    async def _write(self, work: Callable[[Tx], bool | None]) -> bool | None:
        return await self.desk.store.write(work, fence=self.fence)


def _tells_place(change: Change) -> bool:
    """Whether a change may lead to another region, tier or calendar of tickets."""
    is_other = change.kind == "created" or not {"region", "name"}.isdisjoint(change.changed_fields)
    return change.entity in told.PLACES and is_other
