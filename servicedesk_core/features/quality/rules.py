"""Which tickets somebody looks at again: drawn by chance, and yet the same ones whenever they are drawn. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil

from servicedesk_core.features.quality.kinds import SampleRule

Who = tuple[str, str]
"""A technician: connection, and the vendor's id."""

NOBODYS = "without a technician"
ALL_THEIRS = "every reviewer worked on it"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resolved ticket.

    Attributes:
        connection: Where it comes from.
        id: The vendor's id.
        technician: The vendor's id of whose work it is.
        workers: Ids of everybody who worked on it.
        of: What it belongs to: client, queue, type and priority, by name.
        is_drawn: Whether this rule has drawn it before.
    """

    connection: str
    id: str
    technician: str | None
    workers: frozenset[str] = frozenset()
    of: Mapping[str, str | None] = field(default_factory=dict)
    is_drawn: bool = False

    def is_work_of(self, who: Who | None) -> bool:
        """Whether somebody worked on it."""
        return who is not None and who[0] == self.connection and who[1] in {self.technician, *self.workers}


@dataclass(slots=True)
class Drawn:
    """What was drawn.

    Attributes:
        resolved: How many tickets the rule is about.
        before: How many of them it had drawn before.
        tickets: Those that are drawn now, each with whose turn it is.
        left_out: How many could not be drawn, by reason.
    """

    resolved: int = 0
    before: int = 0
    tickets: list[tuple[Candidate, str | None]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def draw(candidates: Iterable[Candidate], rule: SampleRule, reviewers: Mapping[str, Who | None]) -> Drawn:
    """Draw tickets of each technician.

    Args:
        candidates: The resolved tickets of a period.
        rule: How many of which.
        reviewers: Who takes turns, each with which technician that is; empty = whoever may review.
    """
    found = Drawn()
    theirs: dict[Who, list[Candidate]] = {}
    for one in candidates:
        if not _is_meant(one, rule):
            continue
        found.resolved += 1
        if one.technician is None:
            found.left_out[NOBODYS] += 1
        else:
            theirs.setdefault((one.connection, one.technician), []).append(one)
    chosen: list[tuple[Candidate, list[str]]] = []
    for who in sorted(theirs):
        tickets = sorted(theirs[who], key=lambda one: _lot(rule, one))
        drawn = sum(one.is_drawn for one in tickets)
        found.before += drawn
        wanted = min(len(tickets), max(rule.per_technician, ceil(len(tickets) * rule.percent / 100))) - drawn
        for one in tickets:
            if wanted <= 0:
                break
            if one.is_drawn:
                continue
            able = [name for name, is_who in reviewers.items() if not one.is_work_of(is_who)]
            if reviewers and not able:
                found.left_out[ALL_THEIRS] += 1
                continue
            chosen.append((one, able))
            wanted -= 1
    found.tickets = _in_turns(chosen)
    return found


def _in_turns(chosen: Sequence[tuple[Candidate, list[str]]]) -> list[tuple[Candidate, str | None]]:
    """Return tickets with whose turn each is: first those that few can review, each to who has fewest."""
    turns = Counter[str]()
    found: list[str | None] = [None] * len(chosen)
    for at in sorted(range(len(chosen)), key=lambda at: len(chosen[at][1])):
        if able := chosen[at][1]:
            found[at] = name = min(able, key=lambda name: (turns[name], name))
            turns[name] += 1
    return [(one, name) for (one, _), name in zip(chosen, found, strict=True)]


def _is_meant(one: Candidate, rule: SampleRule) -> bool:
    asked = (("client", rule.clients), ("queue", rule.queues), ("type", rule.types), ("priority", rule.priorities))
    return all(
        (one.of.get(name) or "").casefold() in {word.casefold() for word in words} for name, words in asked if words
    )


def _lot(rule: SampleRule, one: Candidate) -> bytes:
    """Return what decides in which turn a ticket is drawn; nothing else than rule and ticket is in it."""
    return sha256("\0".join((rule.seed or rule.name, one.connection, one.id)).encode()).digest()
