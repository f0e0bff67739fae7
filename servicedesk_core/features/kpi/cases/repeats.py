"""Service that had to be given again: which completed tickets have a follow-up, and by which rule. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Final

from servicedesk_core.domain import TicketKind
from servicedesk_core.features.kpi.cases.facts import Key, Rule, TicketFact
from servicedesk_core.features.tickets import overlap, words_of

WINDOW: Final = timedelta(days=30)
"""A follow-up that comes later is work of its own."""

PLANNED: Final = frozenset({TicketKind.ALERT, TicketKind.RECURRING, TicketKind.PROJECT_TASK})
"""Kinds of tickets that no client asked for: none of them is a repeat, nor has one."""

SIMILAR: Final = 0.6
"""So much of their words two titles share that may be about the same."""


class Standing(StrEnum):
    """What a pair of tickets is."""

    CANDIDATE = "candidate"
    """It may be; somebody has to say so."""
    CONFIRMED = "confirmed"
    COUNTED = "counted"
    """A rule says that it is repeat service."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Pair:
    """A completed ticket, and what came after it.

    Attributes:
        first: The completed ticket.
        follow_up: What came after it; the same ticket, where it was opened again.
        rule: What brings them together.
        resolved_at: When the first one was resolved.
        standing: What the pair is.
    """

    first: TicketFact
    follow_up: TicketFact
    rule: Rule
    resolved_at: datetime
    standing: Standing = Standing.COUNTED

    @property
    def counts(self) -> bool:
        """Whether it is repeat service."""
        return self.standing in {Standing.COUNTED, Standing.CONFIRMED}


Decided = Mapping[tuple[Key, Key], bool]
"""What people said of pairs: whether they are repeat service."""

_Named = Callable[[TicketFact], Hashable]


def _link(ticket: TicketFact) -> Hashable:
    return (ticket.connection, ticket.id)


def _linked(ticket: TicketFact) -> Hashable:
    named = ticket.problem or ticket.parent
    return named and (ticket.connection, named)


def _device(ticket: TicketFact) -> Hashable:
    return ticket.asset and ticket.issue and (ticket.connection, ticket.asset, ticket.issue)


def _contact(ticket: TicketFact) -> Hashable:
    parts = (ticket.contact, ticket.issue, ticket.sub_issue)
    return (ticket.connection, *parts) if all(parts) else None


def _site(ticket: TicketFact) -> Hashable:
    return ticket.site and ticket.issue and (ticket.connection, ticket.site, ticket.issue)


_RULES: Final[tuple[tuple[Rule, _Named, _Named], ...]] = (
    (Rule.LINKED, _link, _linked),
    (Rule.SAME_DEVICE, _device, _device),
    (Rule.SAME_CONTACT, _contact, _contact),
)
"""A rule, what an earlier ticket is found by, and what a later one looks for."""


def similarity(one: str, other: str) -> float:
    """Return which share of their words two titles have in common; numbers and filling words are left out."""
    return overlap(words_of(one), words_of(other))


@dataclass
class _Earlier:
    """Resolved tickets by what a rule finds them by, in the order in which they were resolved."""

    tickets: Sequence[TicketFact]
    named: _Named
    looks: _Named
    found: dict[Hashable, tuple[list[datetime], list[TicketFact]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        held: dict[Hashable, list[tuple[datetime, Key, TicketFact]]] = {}
        wanted = None if self.looks is self.named else {self.looks(one) for one in self.tickets}
        for one in self.tickets if wanted is None or any(wanted) else ():
            if one.resolutions and (name := self.named(one)) and (wanted is None or name in wanted):
                held.setdefault(name, []).append((one.resolutions[-1], one.key, one))
        for name, several in held.items():
            several.sort(key=itemgetter(0, 1))
            self.found[name] = [each[0] for each in several], [each[2] for each in several]

    def before(self, later: TicketFact, window: timedelta) -> Iterator[tuple[datetime, TicketFact]]:
        """Yield those that were resolved within a time before another one came, the latest first."""
        created, name = later.created_at, self.looks(later)
        if created is None or name not in self.found:
            return
        resolved, tickets = self.found[name]
        for place in range(bisect_right(resolved, created) - 1, -1, -1):
            if created - resolved[place] > window:
                return
            if tickets[place].key != later.key:
                yield resolved[place], tickets[place]


def pairs(
    tickets: Iterable[TicketFact],
    decided: Decided | None = None,
    booked: Mapping[Key, datetime] | None = None,
    window: timedelta = WINDOW,
) -> Iterator[Pair]:
    """Yield the pairs of tickets that are repeat service, or may be.

    A follow-up belongs to one ticket only, the latest that was resolved before it: a chain of three visits is two
    repeats. Visits that were planned together are none: under one parent, or with an appointment that was booked before
    the first ticket was resolved. What a person said of a pair holds.

    Args:
        tickets: Those of the period, and those around it.
        decided: What people said.
        booked: When the first appointment of a ticket was booked.
        window: A follow-up comes within this time.
    """
    said, visits = decided or {}, booked or {}
    eligible = [one for one in tickets if not one.outside and one.kind not in PLANNED]
    for one in eligible:
        again = next((at for at in one.resolutions if one.reopened_within(at, window)), None)
        if again is not None:
            yield Pair(one, one, Rule.REOPENED, again, _standing(said, one, one))
    rules = [(rule, held) for rule, named, looks in _RULES if (held := _Earlier(eligible, named, looks)).found]
    by_site, by_key = _Earlier(eligible, _site, _site), {one.key: one for one in eligible}
    confirmed = {later: by_key[first] for (first, later), is_repeat in said.items() if is_repeat and first in by_key}

    def planned(resolved: datetime, first: TicketFact, later: TicketFact) -> bool:
        together = first.parent is not None and first.parent == later.parent
        return together or (later.key in visits and visits[later.key] <= resolved)

    for later in sorted((one for one in eligible if one.created_at), key=lambda one: (one.created_at, one.key)):
        strong = [
            Pair(first, later, rule, resolved, _standing(said, first, later))
            for rule, earlier in rules
            for resolved, first in earlier.before(later, window)
            if not planned(resolved, first, later)
        ]
        if said:
            yield from {one.first.key: one for one in reversed(strong) if one.standing is Standing.REJECTED}.values()
        by_hand = confirmed.get(later.key)
        if by_hand is not None and by_hand is not later and by_hand.resolutions:
            rule = next((one.rule for one in strong if one.first is by_hand), Rule.SAID)
            yield Pair(by_hand, later, rule, by_hand.resolutions[-1], Standing.CONFIRMED)
            continue
        left = [one for one in strong if one.standing is not Standing.REJECTED]
        if left:
            yield max(left, key=lambda one: one.resolved_at)
            continue
        for resolved, first in by_site.before(later, window):
            if similarity(first.title, later.title) >= SIMILAR and not planned(resolved, first, later):
                rejected = said.get((first.key, later.key)) is False
                yield Pair(first, later, Rule.SIMILAR, resolved, Standing.REJECTED if rejected else Standing.CANDIDATE)
                if not rejected:
                    break


def _standing(said: Decided, first: TicketFact, later: TicketFact) -> Standing:
    is_repeat = said.get((first.key, later.key)) if said else None
    return Standing.COUNTED if is_repeat is None else Standing.CONFIRMED if is_repeat else Standing.REJECTED


def repeats(found: Iterable[Pair]) -> Mapping[Key, Rule]:
    """Return the completed tickets that had a follow-up, with the rule that says so."""
    counted: dict[Key, Rule] = {}
    for one in found:
        if one.counts:
            counted.setdefault(one.first.key, one.rule)
    return counted
