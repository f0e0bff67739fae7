"""What a page is told of the tickets that are meant, counted from what is held of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final, NamedTuple, Self

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.attention import HORIZON, Booked, NextActor, Placed, Reason, visits_by_technician
from servicedesk_core.features.kpi import (
    COUNTED,
    OF_CLOCKS,
    UNDATED,
    UNPLANNED,
    USUAL_HOURS,
    Added,
    OfList,
    Tally,
    Went,
    courses_from,
)
from servicedesk_core.features.report.board import held as of
from servicedesk_core.features.report.board.bitmaps import Among, Bitmaps, members, set_of
from servicedesk_core.features.report.board.held import Held, Looking, Ref
from servicedesk_core.features.report.morning.tables import LISTED, Pass, Top
from servicedesk_core.features.sla import Stand

_FEW: Final = 2_000
"""Among so many of the gravest those are looked for that are listed; else those that are meant are put in order."""

Order = Sequence[tuple[Any, int]]


class Load(NamedTuple):
    """What a technician has.

    Attributes:
        open: Open tickets.
        late: Those whose next promise is late.
        ready: Those that they can begin now.
        left_s: Planned work that is left on them, in seconds.
    """

    open: int = 0
    late: int = 0
    ready: int = 0
    left_s: int = 0

    def with_one(self, *, is_late: bool, is_ready: bool, left_s: int) -> Self:
        """Return it with another ticket."""
        return self._replace(
            open=self.open + 1, late=self.late + is_late, ready=self.ready + is_ready, left_s=self.left_s + left_s
        )


@dataclass(frozen=True)
class Sums:
    """Some of the tickets that are held, as they were at an instant.

    Attributes:
        look: How they are looked at.
        meant: Their places.
        bits: Where what is true.
        held: What is held of each, by its place.
        order: Those that somebody has to look at, the gravest first.
        places: Where each is, by its source and the vendor's id, as far as it still is there.
    """

    look: Looking
    meant: int
    bits: Bitmaps
    held: Sequence[Held | None]
    order: Order
    places: Mapping[Ref, int]

    @cached_property
    def _open(self) -> int:
        return self.meant & self.bits.of(of.OPEN_NOW)

    @cached_property
    def reasons(self) -> Counter[Reason]:
        """Why somebody has to look at how many of them."""
        return self._by(of.REASON)

    def top(self, wanted: int | None = None) -> Top:
        """Return the gravest of some open tickets.

        Args:
            wanted: Their places; ``None`` = of those that somebody has to look at.
        """
        wanted = self._open & (self.bits.of(of.NEEDS_SOMEBODY) if wanted is None else wanted)
        count, gravest = wanted.bit_count(), 0
        if count > _FEW:
            meant = Among(wanted)
            first = (place for _, place in islice(self.order, _FEW) if place in meant)
            gravest = set_of([*islice(first, LISTED)])
        return Top(count, self._placed(gravest if gravest.bit_count() == LISTED else wanted))

    def listed(self, reason: Reason | None, actor: NextActor | None, *, everything: bool) -> Sequence[Placed]:
        """Return those with a reason and with somebody who has to act next, in no order.

        Args:
            reason: The reason; ``None`` = any.
            actor: Who; ``None`` = anybody.
            everything: Whether those belong to it that nobody has to look at.
        """
        wanted = self._open if everything else self._open & self.bits.of(of.NEEDS_SOMEBODY)
        for kind, name in ((of.REASON, reason), (of.ACTOR, actor)):
            wanted &= -1 if name is None else self.bits.of((kind, name))
        return tuple(self._placed(wanted))

    def _placed(self, wanted: int) -> Iterator[Placed]:
        return filter(None, (self._at(one).placed for one in members(wanted)))

    @property
    def soon(self) -> Iterator[tuple[datetime, int, bool]]:
        """Yield the due times of the next hours, each with its ticket and whether somebody who is there has it."""
        found = (self._at(one) for one in members(self._open & self.bits.of((of.DUE_STATE, "soon"))))
        now = self.look.at
        rows = ((one.due_at, one.local_id, one.has_cover) for one in found)
        return (
            (at, local_id, is_had) for at, local_id, is_had in rows if at is not None and now <= at <= now + HORIZON
        )

    def passed(self, connections: Mapping[int, str]) -> Pass:
        """Return what the morning page counts, but for their clients.

        Args:
            connections: Names of the sources, by their numbers.
        """
        bits, uncovered = self.bits, self.bits.of(of.UNCOVERED)
        away = {one: bits.of((of.WHO, (connections[one[0]], one[1]))) for one in self.look.people.away}
        return Pass(
            attention=self.top(),
            black_hole=self.top(bits.of(of.BLACK_HOLE)),
            client_replied=self.top(bits.of(of.CLIENT_REPLIED)),
            reasons=self.reasons,
            actors=self._by(of.ACTOR),
            due_states=self._by(of.DUE_STATE),
            judged=self._by(of.JUDGED_BY),
            soon=list(self.soon),
            uncovered={one: self.top(theirs & uncovered) for one, theirs in away.items()},
            held=Counter({one: (self._open & theirs).bit_count() for one, theirs in away.items()}),
        )

    def _by(self, kind: str) -> Counter[Any]:
        each = ((name, (self._open & places).bit_count()) for (name,), places in self.bits.named(kind))
        return Counter({name: many for name, many in each if many})

    def reopened(self, since: datetime) -> int | None:
        """Return how many were opened again since an instant; ``None`` = it is not known for so long."""
        if since < self.look.back_to:
            return None
        found = (self._at(one).reopened_at for one in members(self.meant & self.bits.of(of.REOPENED)))
        return sum(at is not None and at >= since for at in found)

    def is_meant(self, ref: Ref) -> bool:
        """Whether an open ticket is among them."""
        place = self.places.get(ref)
        if place is None or place not in self._among:
            return False
        found = self.held[place]
        return found is not None and found.ref == ref

    @cached_property
    def visits(self) -> Mapping[Ref, Sequence[Booked]]:
        """The appointments of the open ones by the technicians who are booked, the earliest first."""
        refs = (self._at(one).ref for one in members(self._open & self.bits.of(of.BOOKED)))
        return visits_by_technician(self.look.booked(refs))

    @cached_property
    def _among(self) -> Among:
        return Among(self._open)

    @cached_property
    def stands(self) -> Counter[tuple[str, Stand]]:
        """How many promises stand how, by which promise they are."""
        found: Counter[tuple[str, Stand]] = Counter()
        for (clock, stand, _), places in self.bits.named(of.STAND):
            found[clock, stand] += (places & self._open).bit_count()
        return found

    @cached_property
    def loads(self) -> Mapping[tuple[str, str], Load]:
        """What each technician has, by their connection and the vendor's id."""
        late, ready = self.bits.of((of.FIGURE, "next-due-overdue")), self.bits.of(of.READY)
        of_teams = 0
        for (_, is_of_team), places in self.bits.named(of.LIST):
            of_teams |= places if is_of_team else 0
        planned, found = self.bits.of(of.PLANNED), dict[tuple[str, str], Load]()
        for (who,), places in self.bits.named(of.WHO):
            own = places & self._open
            left = (self._at(one).work for one in members(own & planned))
            many = own.bit_count(), (own & late).bit_count(), (own & ready & ~of_teams).bit_count()
            found[who] = Load(*many, sum(max(plan - worked, 0) for worked, plan in left))
        return {who: load for who, load in found.items() if load.open}

    def added(self, among: int | None = None) -> Added:
        """Return what they add to the figures of a coordinator.

        Args:
            among: Only those at these places; ``None`` = all.
        """
        here = self._open if among is None else self._open & among
        work = [self._at(one).work for one in members(here & self.bits.of(of.PLANNED))]
        held = {who: (places & here).bit_count() for (who,), places in self.bits.named(of.WHO)}
        lists = {name: self._list(places & here) for name, places in self.bits.named(of.LIST) if places & here}
        return Added(
            counts={name: self._count(here, (of.FIGURE, name)) for name in COUNTED},
            is_promised=not here or bool(here & self.bits.of(of.PROMISED)),
            undated=self._count(here, UNDATED),
            work=work,
            unplanned=self._count(here, UNPLANNED),
            held={who: many for who, many in held.items() if many},
            lists=lists,
        )

    def went(self) -> Went:
        """Return how the figures went since the beginning of the day, and at least in the last 24 hours."""
        look, moved = self.look, self.bits.of(of.MOVED)
        steps = [self._at(one).steps for one in members(self.meant & moved)]
        told = courses_from(steps, look.since, look.at, Tally.of(self.added(~moved)))
        every = self.meant & (moved | self.bits.of(of.OPEN_NOW))
        if every and not every & self.bits.of(of.PROMISED_ONCE):
            told = {name: course for name, course in told.items() if name not in OF_CLOCKS}
        usual = Calendar(name="usual", zone=getattr(look.zone, "key", "UTC"), hours=USUAL_HOURS)
        return Went(look.since, look.at, told, look.calendar or usual, 0)

    def _list(self, here: int) -> OfList:
        lying, away = self.bits.of((of.FIGURE, "left-lying")), self.bits.of(of.AWAY)
        ready = self.bits.of(of.READY)
        return OfList(
            here.bit_count(), (here & ready).bit_count(), (here & lying).bit_count(), (here & away).bit_count()
        )

    def _count(self, here: int, what: Any) -> int:
        return (here & self.bits.of(what)).bit_count()

    def _at(self, place: int) -> Held:
        found = self.held[place]
        if found is None:
            message = "what is true of a ticket is known, and the ticket is not"
            raise RuntimeError(message)
        return found
