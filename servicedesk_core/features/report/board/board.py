"""The open tickets of a store, held in memory and moved along by the changes feed."""

import logging
import threading
from bisect import bisect_left, insort
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from heapq import heapify, heappop, heappush
from time import monotonic
from typing import Any, Final

from sqlalchemy import or_, select

from servicedesk_core.features.attention import Staff, booked, visits_by_technician, visits_by_ticket
from servicedesk_core.features.kpi import working_hours
from servicedesk_core.features.report.board import held as of
from servicedesk_core.features.report.board.bitmaps import Bitmaps, set_of
from servicedesk_core.features.report.board.held import Held, Looking, Ref, has_ended, held
from servicedesk_core.features.report.board.lent import Asked
from servicedesk_core.features.report.board.standing import Stamp, part_days, stamp
from servicedesk_core.features.report.board.sums import Sums
from servicedesk_core.features.report.board.touched import News, news
from servicedesk_core.features.tickets import OPEN, TicketFilter, awaited, conditions, snoozed
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS

MOST: Final = 200_000
"""Of so many tickets it is held what they count in, some kilobytes each; of more nothing is."""

_log = logging.getLogger("servicedesk.board")

_T = RECORDS["tickets"].c
_CHOICES: Final = 200
_AT_ONCE: Final = 5_000
_FEW: Final = 500
_ALIKE: Final = 50_000
_WAIT_S: Final = 2.0
_PATIENCE_S: Final = 30.0
"""So long whoever reads may have begun to before the newest that is known; later the store was put back."""


@dataclass(slots=True)
class _Choice:
    """Which tickets somebody means.

    Attributes:
        places: Their places, by what was known then.
        stale: Tickets of which it has to be asked again.
    """

    places: int
    stale: set[int] = field(default_factory=set)


class Board:
    """The open tickets, as all see them who are told the same of people."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._stamp: Stamp | None = None
        self._moved_s = monotonic()
        self._look: Looking | None = None
        self._held: list[Held | None] = []
        self._places: dict[int, int] = {}
        self._by_ref: dict[Ref, int] = {}
        self._free: list[int] = []
        self._bits = Bitmaps()
        self._order: list[tuple[Any, int]] = []
        self._again: list[tuple[datetime, int]] = []
        self._choices: OrderedDict[Hashable, _Choice] = OrderedDict()
        self._parts: Mapping[int, Any] = {}
        self._put_off: Mapping[int, Any] = {}
        self._awaited: Mapping[int, Any] = {}
        self._alike: dict[Hashable, Any] = {}

    @property
    def many(self) -> int:
        """How many tickets are held."""
        return len(self._places)

    def sums(self, tx: Tx, asked: Asked, other: "Board | None" = None) -> Sums | None:
        """Return what is counted of some tickets as they are in a transaction; ``None`` = nobody can say it from here.

        Args:
            tx: The transaction.
            asked: Who asks for which.
            other: The same tickets, as those see them who are told something else of people.

        Raises:
            NotFoundLocallyError: There is no such connection.
        """
        if not self._lock.acquire(timeout=_WAIT_S):  # somebody begins with very many
            return None
        try:
            with collecting_seldom:
                return self._counted(tx, asked, other)
        finally:
            self._lock.release()

    def _counted(self, tx: Tx, asked: Asked, other: "Board | None") -> Sums | None:
        try:
            is_held = self._move(tx, asked, other)
        except BaseException:
            self._begin_anew()  # what was half done must not be told
            raise
        if not is_held or self._look is None:
            return None
        meant, look = self._meant(tx, asked), replace(self._look, at=asked.at, people=asked.people)
        return Sums(look, meant, self._bits.copy(), list(self._held), list(self._order), self._by_ref)

    def _move(self, tx: Tx, asked: Asked, other: "Board | None") -> bool:
        """Move on to what a transaction sees; return whether that is held now."""
        seen = stamp(tx, asked.at, asked.zone, asked.persons)
        known, look = self._stamp, self._look
        if not seen.is_settled:
            return False
        if known is None or look is None or not seen.goes_on_from(known):
            return self._load(tx, asked, seen, other)
        if seen.head < known.head or asked.at < look.at:  # who reads may have begun to before somebody else
            is_put_back = monotonic() - self._moved_s > _PATIENCE_S
            return self._load(tx, asked, seen, None) if is_put_back else False
        told = news(tx, known.head, (known.settled, seen.settled)) if seen.has_moved_from(known) else News()
        if told.is_too_much or asked.back_to < look.back_to:
            return self._load(tx, asked, seen, other)
        self._go_on(tx, asked, told, has_moved=seen.has_moved_from(known))
        self._stamp, self._moved_s = seen, monotonic()
        return True

    def _go_on(self, tx: Tx, asked: Asked, told: News, *, has_moved: bool) -> None:
        """Look at the tickets again about which something may be another than it was."""
        before, look = self._look, self._looking(tx, asked, None if told.visits else self._look)
        self._look = look
        wanted = told.tickets | self._expired(asked.at)
        if before is not None:
            wanted |= self._of_others(before.people, asked.people)
        parts, waits = (part_days(tx), awaited(tx)) if has_moved else (self._parts, self._awaited)
        put_off = snoozed(tx, asked.at)
        wanted |= _differing(self._parts, parts) | _differing(self._put_off, put_off) | _differing(self._awaited, waits)
        self._parts, self._put_off, self._awaited = parts, put_off, waits
        if told.names:
            self._choices.clear()
        self._take_in(tx, sorted(wanted))
        for choice in self._choices.values():
            choice.stale |= told.tickets
        self._choices = OrderedDict((key, one) for key, one in self._choices.items() if len(one.stale) < _AT_ONCE)

    def handed_over(self) -> Mapping[str, Any]:
        """Return a copy of what is held, for another one to go on from: most of it is told to all alike."""
        if self._stamp is None or not self._lock.acquire(timeout=_WAIT_S):
            return {}
        try:
            kept = {name: copy(value) for name, value in vars(self).items() if name not in {"_lock", "_choices"}}
            return kept | {"_bits": self._bits.copy()}
        finally:
            self._lock.release()

    def _load(self, tx: Tx, asked: Asked, seen: Stamp, other: "Board | None") -> bool:
        self._begin_anew()
        if other is not None and (known := other.handed_over()):
            vars(self).update(known)
            return self._move(tx, asked, None)
        began_s = monotonic()
        look = self._looking(tx, asked, None)
        either = or_(_T.local_id.in_(select(_T.local_id).where(*OPEN)), has_ended(look.back_to))
        ids = list(tx.execute(select(_T.local_id).where(_T.gone_at.is_(None), either).limit(MOST + 1)).scalars())
        if len(ids) > MOST:
            return False
        self._look, self._parts, self._put_off, self._awaited = look, part_days(tx), snoozed(tx, asked.at), awaited(tx)
        for first in range(0, len(ids), _AT_ONCE):
            self._take_in(tx, ids[first : first + _AT_ONCE])
        self._order.sort()
        heapify(self._again)
        self._stamp, self._moved_s = seen, monotonic()
        _log.info("%d tickets are held in memory, read in %.1f s", self.many, monotonic() - began_s)
        return True

    def _looking(self, tx: Tx, asked: Asked, before: Looking | None) -> Looking:
        midnight = datetime.combine(asked.at.astimezone(asked.zone).date(), time(), asked.zone)
        since = min(asked.at - of.DAY, midnight)
        every = list(booked(tx, since)) if before is None else before.every
        visits = visits_by_ticket(every) if before is None else before.visits
        theirs = visits_by_technician(every) if before is None else before.theirs
        calendar = working_hours(tx, asked.at)
        back_to = min(since, asked.back_to)
        return Looking(
            asked.at, since, back_to, asked.zone, asked.people, asked.persons, calendar, every, visits, theirs
        )

    def _expired(self, at: datetime) -> set[int]:
        """Return the tickets of which the time alone may have changed something."""
        found = set()
        while self._again and self._again[0][0] <= at:
            again_at, local_id = heappop(self._again)
            if (place := self._places.get(local_id)) is not None and self._known(place).again_at == again_at:
                found.add(local_id)
        return found

    def _of_others(self, before: Staff, now: Staff) -> set[int]:
        """Return the tickets of those who can act now and could not before, or the other way round."""
        others = {who for who in {*before.away, *now.away} if before.away.get(who) != now.away.get(who)}
        others |= before.left ^ now.left
        if not others:
            return set()
        return {one.local_id for one in self._held if one is not None and not others.isdisjoint(one.holders)}

    def _take_in(self, tx: Tx, tickets: Sequence[int]) -> None:
        """Look at tickets again."""
        if not tickets or self._look is None:
            return
        if len(self._alike) > _ALIKE:
            self._alike.clear()
        found = {one.local_id: one for one in held(tx, self._look, tickets, self._alike)}
        if len(tickets) > _FEW and not self._places.keys() & set(tickets):
            self._add_many(found.values())
            return
        for local_id in tickets:
            self._put(local_id, found.get(local_id))

    def _put(self, local_id: int, now: Held | None) -> None:
        place = self._places.get(local_id)
        before = None if place is None else self._known(place)
        if place is None:
            if now is None:
                return
            place = self._place_of(now)
        self._bits.put(
            place, frozenset() if before is None else before.names, frozenset() if now is None else now.names
        )
        for one, is_there in ((before, False), (now, True)):
            if one is None or one.placed is None or one.placed.reason is None:
                continue
            key = (one.placed.key, place)
            if is_there:
                insort(self._order, key)
            else:
                del self._order[bisect_left(self._order, key)]
        self._held[place] = now
        if now is None:
            del self._places[local_id]
            if before is not None:
                del self._by_ref[before.ref]
            self._free.append(place)
        else:
            heappush(self._again, (now.again_at, local_id))

    def _add_many(self, found: Iterable[Held]) -> None:
        """Take in tickets that were not held, of which there are many."""
        where: dict[Hashable, list[int]] = defaultdict(list)
        for one in found:
            place = self._place_of(one)
            self._held[place] = one
            for name in one.names:
                where[name].append(place)
            if one.placed is not None and one.placed.reason is not None:
                self._order.append((one.placed.key, place))
            self._again.append((one.again_at, one.local_id))
        self._bits.put_many(where)
        self._order.sort()
        heapify(self._again)

    def _place_of(self, one: Held) -> int:
        """Return a free place for a ticket."""
        if self._free:
            place = self._free.pop()
        else:
            place = len(self._held)
            self._held.append(None)
        self._places[one.local_id] = self._by_ref[one.ref] = place
        return place

    def _known(self, place: int) -> Held:
        found = self._held[place]
        if found is None:
            message = "a place is taken, and by no ticket"
            raise RuntimeError(message)
        return found

    def _meant(self, tx: Tx, asked: Asked) -> int:
        """Return the places of the tickets that are meant: those of which the lists of tickets say so."""
        key = asked.chosen, asked.scope
        known = self._choices.get(key)
        if known is None:
            known = self._choices[key] = _Choice(self._chosen(tx, asked, None))
            while len(self._choices) > _CHOICES:
                self._choices.popitem(last=False)
        elif known.stale:
            again = set_of([self._places[one] for one in known.stale if one in self._places])
            known.places = known.places & ~again | self._chosen(tx, asked, known.stale)
            known.stale = set()
        self._choices.move_to_end(key)
        return known.places

    def _chosen(self, tx: Tx, asked: Asked, among: Collection[int] | None) -> int:
        everything = conditions(tx, TicketFilter.of(asked.chosen, everything=True), asked.scope, at=asked.at)
        if among is None and self._look is not None:
            opened = conditions(tx, TicketFilter.of(asked.chosen), asked.scope, at=asked.at)
            ended = select(_T.local_id).where(has_ended(self._look.back_to)).correlate(None)
            meant = [opened, [*everything, _T.local_id.in_(ended)]]
        else:
            meant = [[*everything, _T.local_id.in_(among or ())]]
        found = (one for where in meant for one in tx.execute(select(_T.local_id).where(*where)).scalars())
        return set_of([place for one in found if (place := self._places.get(one)) is not None])


def _differing(before: Mapping[int, Any], now: Mapping[int, Any]) -> set[int]:
    """Return the keys at which two mappings differ."""
    return {one for one in {*before, *now} if before.get(one) != now.get(one)}
