"""What is like a ticket: the same told twice, an outage that it is part of, and what helped before. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from servicedesk_core.features.tickets import overlap, words_of

TOLD_TWICE: Final = timedelta(days=14)
"""Two tickets further apart are hardly about the same happening."""

BURST: Final = timedelta(hours=4)
"""Tickets of one cause come within so much time."""

BEFORE: Final = timedelta(days=3)
"""What is usual is looked for in so much time before a burst."""

TOGETHER: Final = 3
"""So many tickets of a client, or of a model, within :data:`BURST` are an outage: of 4,580 tickets of a real help desk
0.9 % came third within four hours, or later."""

SHARING: Final = 4
"""So many tickets share a word, of two clients or more."""

_USUAL_TIMES: Final = 4
"""A word that comes so many times as often as before is a burst."""

ALIKE: Final = 0.5
"""So alike two tickets are likely the same."""

HELPFUL: Final = 0.3
"""So alike a resolved ticket may tell what helps."""


@dataclass(frozen=True)
class Candidate:
    """A ticket, as far as it can be like another.

    Attributes:
        local_id: The desk's own number.
        title: Its title.
        created_at: When it was created.
        is_open: Whether it still needs work.
        client: Whose it is.
        contact: Who asked.
        device: What it is about.
        model: What that device is, by maker and model.
        issue: The vendor's issue and sub-issue.
        resolution: What was done; empty = nobody said.
    """

    local_id: int
    title: str
    created_at: datetime
    is_open: bool = True
    client: Hashable = None
    contact: Hashable = None
    device: Hashable = None
    model: str | None = None
    issue: tuple[str | None, str | None] = (None, None)
    resolution: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """What its title tells."""
        return words_of(self.title)


@dataclass(frozen=True, slots=True)
class Like:
    """A ticket that is like another.

    Attributes:
        ticket: The ticket.
        score: How much, from 0 to 1.
        why: What they have in common.
    """

    ticket: Candidate
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Outage:
    """Tickets that came at once, and what they have in common.

    Attributes:
        why: What they have in common, and since when.
        tickets: The tickets, the oldest first.
    """

    why: str
    tickets: tuple[Candidate, ...]


def duplicates(one: Candidate, among: Iterable[Candidate], most: int = 5) -> tuple[Like, ...]:
    """Return tickets of the same client that are likely about the same, the likeliest first.

    Args:
        one: The ticket.
        among: Others.
        most: How many are wanted.
    """
    near = (
        other
        for other in among
        if other.local_id != one.local_id
        and one.client is not None
        and other.client == one.client
        and abs(other.created_at - one.created_at) <= TOLD_TWICE
    )
    found = [like for like in (_like(one, other) for other in near) if like.score >= ALIKE]
    found.sort(key=lambda like: (not like.ticket.is_open, -like.score, like.ticket.local_id))
    return tuple(found[:most])


def fixes(one: Candidate, among: Iterable[Candidate], most: int = 5) -> tuple[Like, ...]:
    """Return resolved tickets that tell what helped with the like of it, the likest first, then the newest.

    Args:
        one: The ticket.
        among: Others.
        most: How many are wanted.
    """
    done = (other for other in among if other.local_id != one.local_id and not other.is_open and other.resolution)
    found = [like for like in (_like(one, other) for other in done) if like.score >= HELPFUL]
    found.sort(key=lambda like: (-like.score, -like.ticket.created_at.timestamp(), like.ticket.local_id))
    return tuple(found[:most])


def _like(one: Candidate, other: Candidate) -> Like:
    share = overlap(one.words, other.words)
    more = [
        (0.3, "same device", one.device is not None and one.device == other.device),
        (0.2, f"same model {one.model}", one.model is not None and one.model == other.model),
        (0.2, "same contact", one.contact is not None and one.contact == other.contact),
        (0.1, "same issue", one.issue[0] is not None and one.issue == other.issue),
    ]
    shared = sorted(one.words & other.words)
    told = [f"{round(100 * share)} % of the words ({', '.join(shared[:4])})"] if shared else []
    told += [what for _, what, holds in more if holds]
    # Without a word in common a device alone says little: it has more than one fault in its life.
    score = share + sum(weight for weight, _, holds in more if holds) if shared else 0.0
    return Like(other, min(1.0, score), "; ".join(told))


def outages(one: Candidate, among: Iterable[Candidate]) -> tuple[Outage, ...]:
    """Return what a ticket may be part of: tickets of its client, of its model or with its words that came at once.

    Args:
        one: The ticket.
        among: The tickets of the days around it, itself or not.
    """
    others = {other.local_id: other for other in among} | {one.local_id: one}
    near = sorted(
        (other for other in others.values() if abs(other.created_at - one.created_at) <= BURST),
        key=lambda other: (other.created_at, other.local_id),
    )
    earlier = [other for other in others.values() if timedelta(0) < one.created_at - other.created_at - BURST <= BEFORE]
    return tuple(_outages(one, near, earlier))


def _outages(one: Candidate, near: list[Candidate], earlier: list[Candidate]) -> Iterator[Outage]:
    usual = earlier_of(earlier)
    for what, of in _SAME:
        key = of(one)
        several = [other for other in near if key is not None and of(other) == key]
        if len(several) >= max(TOGETHER, _USUAL_TIMES * usual[what, key]):
            yield Outage(f"{len(several)} tickets of {what} within {_HOURS} hours of it", tuple(several))
    sharing: dict[frozenset[int], list[str]] = defaultdict(list)
    for word in sorted(one.words):
        several = [other for other in near if word in other.words]
        is_wide = len({other.client for other in several}) > 1
        if is_wide and len(several) >= max(SHARING, _USUAL_TIMES * usual["word", word]):
            sharing[frozenset(other.local_id for other in several)].append(word)
    for ids, words in sharing.items():
        said = ", ".join(f'"{word}"' for word in words)
        found = tuple(other for other in near if other.local_id in ids)
        clients = len({other.client for other in found})
        yield Outage(f"{len(found)} tickets of {clients} clients with {said} within {_HOURS} hours of it", found)


def earlier_of(earlier: Iterable[Candidate]) -> Counter[tuple[str, Hashable]]:
    """Return how many tickets of a client, of a model and with a word are usual in a burst's time."""
    counted: Counter[tuple[str, Hashable]] = Counter()
    for other in earlier:
        counted.update((what, of(other)) for what, of in _SAME)
        counted.update(("word", word) for word in other.words)
    spans = BEFORE / (2 * BURST)
    return Counter({key: round(many / spans) for key, many in counted.items()})


_HOURS: Final = int(BURST.total_seconds() // 3600)
_SAME: Final[tuple[tuple[str, Callable[[Candidate], Hashable]], ...]] = (
    ("this client", lambda one: one.client),
    ("this model", lambda one: one.model),
)
