"""Service that had to be given again: which completed tickets have a follow-up, and by which rule. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.domain import TicketKind
from servicedesk_core.features.kpi.facts import Key, Rule, TicketFact

WINDOW: Final = timedelta(days=30)
"""A follow-up that comes later is work of its own."""

PLANNED: Final = frozenset({TicketKind.ALERT, TicketKind.RECURRING, TicketKind.PROJECT_TASK})
"""Kinds of tickets that no client asked for: none of them is a repeat, nor has one."""


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


_RULES: Final[tuple[tuple[Rule, Callable[[TicketFact], Hashable], Callable[[TicketFact], Hashable]], ...]] = (
    (Rule.LINKED, _link, _linked),
    (Rule.SAME_DEVICE, _device, _device),
    (Rule.SAME_CONTACT, _contact, _contact),
)
"""A rule, what an earlier ticket is found by, and what a later one looks for."""


def repeats(tickets: Iterable[TicketFact], window: timedelta = WINDOW) -> Mapping[Key, Rule]:
    """Return the completed tickets that had a follow-up, with the rule that says so.

    A follow-up counts for one ticket only, the latest that was resolved before it: a chain of three visits is two
    repeats. Visits that were planned together, under one parent, are none.

    Args:
        tickets: Those of the period, and those around it.
        window: A follow-up comes within this time.
    """
    eligible = [one for one in tickets if not one.outside and one.kind not in PLANNED]
    found = {
        one.key: Rule.REOPENED for one in eligible if any(one.reopened_within(at, window) for at in one.resolutions)
    }
    earlier = [(rule, _index(eligible, named), looks) for rule, named, looks in _RULES]
    for later in sorted((one for one in eligible if one.created_at), key=lambda one: (one.created_at, one.key)):
        match = max(_before(later, earlier, window), default=None, key=lambda one: one[0])
        if match is not None:
            found.setdefault(match[1].key, match[2])
    return found


def _index(
    tickets: Iterable[TicketFact], named: Callable[[TicketFact], Hashable]
) -> Mapping[Hashable, list[tuple[datetime, Key, TicketFact]]]:
    found: dict[Hashable, list[tuple[datetime, Key, TicketFact]]] = {}
    for one in tickets:
        if one.resolutions and (name := named(one)):
            found.setdefault(name, []).append((one.resolutions[-1], one.key, one))
    for several in found.values():
        several.sort(key=lambda each: each[:2])
    return found


def _before(
    later: TicketFact,
    earlier: Iterable[
        tuple[Rule, Mapping[Hashable, list[tuple[datetime, Key, TicketFact]]], Callable[[TicketFact], Hashable]]
    ],
    window: timedelta,
) -> Iterator[tuple[datetime, TicketFact, Rule]]:
    """Yield the latest ticket that each rule finds before another one."""
    created = later.created_at
    if created is None:
        return
    for rule, index, looks in earlier:
        name = looks(later)
        held = index.get(name, []) if name else []
        for resolved, _, one in reversed(held[: bisect_left(held, created, key=lambda each: each[0]) + 1]):
            if resolved > created or one.key == later.key or (one.parent and one.parent == later.parent):
                continue
            if created - resolved <= window:
                yield resolved, one, rule
            break
