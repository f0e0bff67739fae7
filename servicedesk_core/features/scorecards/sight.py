"""Whose cards somebody sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Capability
from servicedesk_core.features.kpi import MeasuringDesk
from servicedesk_core.features.scorecards import tables
from servicedesk_core.features.scorecards.model import Issued, Kind, Part
from servicedesk_core.features.scorecards.tables import COORDINATOR, TEAM, Whose
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded


class CardDesk(MeasuringDesk, Protocol):
    """A desk on which somebody acts, who may be a technician."""

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician whoever acts is: the connection, and the vendor's id."""
        ...


@dataclass(frozen=True, slots=True)
class CardSight:
    """What somebody sees of cards. One's own card and the team's are seen once they are published.

    Attributes:
        own: Which technician they are.
        everything: Whether they see all cards, published or not.
        quality: Whether they see what the cards of others say of quality.
        coordinator: Whether they see the coordinator's card.
        scope: Whose tickets they see; ``None`` = all.
    """

    own: Whose | None
    everything: bool
    quality: bool
    coordinator: bool
    scope: Scope | None

    @classmethod
    def of(cls, tx: Tx, desk: CardDesk, scope: Scope | None) -> "CardSight":
        """Return what whoever acts sees; who sees a part of the desk sees no card of another person."""
        who, ids = desk.technician, {one.name: one.id for one in sources.all(tx)}
        own = None if who is None or who[0] not in ids else Whose(Kind.TECHNICIAN, ids[who[0]], who[1])
        is_whole = scope is None
        return cls(
            own=own,
            everything=is_whole and desk.may(Capability.SCORECARDS),
            quality=is_whole and desk.may(Capability.SCORECARDS_QUALITY),
            coordinator=is_whole and desk.may(Capability.SCORECARDS_COORDINATOR),
            scope=scope,
        )

    def week(self, tx: Tx) -> str | None:
        """Return the newest week of which they can see anything."""
        return tables.newest_week(tx, published=not self.everything)

    def cards(self, tx: Tx, week: str, *, version: int | None = None) -> dict[Whose, Issued]:
        """Return the cards of a week, newest versions or one version, as far as they see them."""
        found = tables.cards(tx, [week], published=not self.everything, version=version).get(week, {})
        shown = {}
        for of, one in found.items():
            if (seen := self._seen(tx, of, one)) is not None:
                shown[of] = seen
        return shown

    def _seen(self, tx: Tx, of: Whose, one: Issued) -> Issued | None:
        if self.everything or (of == COORDINATOR and self.coordinator):
            return one
        if of == TEAM:
            return _without_records(one)
        if of == self.own:
            return one if self.scope is None else _with_records_of(tx, one, self.scope)
        return _of_quality(one) if self.quality and of.kind is Kind.TECHNICIAN else None


def named(cards: Mapping[Whose, Issued], word: str, week: str) -> tuple[Whose, Issued]:
    """Return the card of somebody by name, how it begins, or id.

    Raises:
        NotFoundLocallyError: There is none, or several are meant.
    """
    exact = [one for one in cards.items() if folded(word) == folded(one[1].card.person) or word == one[0].technician]
    begun = exact or [one for one in cards.items() if folded(one[1].card.person).startswith(folded(word))]
    if len(begun) == 1:
        return begun[0]
    if begun:
        whose = " or ".join(f"{one.card.person} ({of.technician})" for of, one in begun)
        raise NotFoundLocallyError(f'"{word}" may be {whose}.', hint="Write more of the name, or the id.")
    names = [one.card.person for one in cards.values()]
    of_week = f" in {week}" if week else ""
    message = f'You see no card of "{word}"{of_week}.{did_you_mean(word, names)}'
    raise NotFoundLocallyError(message, hint="`servicedesk scorecards show` shows all that you see.")


def records_of(cards: Iterable[Issued]) -> set[str]:
    """Return the records that cards name."""
    return {record for one in cards for line in one.lines for record in line.records}


def _without_records(one: Issued) -> Issued:
    return Issued(one.card, tuple(replace(line, records=()) for line in one.lines))


def _with_records_of(tx: Tx, one: Issued, scope: Scope) -> Issued:
    seen = tables.seen(tx, scope, records_of([one]))
    kept = (replace(line, records=tuple(record for record in line.records if record in seen)) for line in one.lines)
    return Issued(one.card, tuple(kept))


def _of_quality(one: Issued) -> Issued | None:
    lines = tuple(line for line in one.lines if line.part is Part.QUALITY)
    differences = tuple(each for each in one.card.differences if each.figure in {line.figure for line in lines})
    card = replace(
        one.card, individual=None, team=None, score=None, mean=None, slope=None, reason=None, differences=differences
    )
    return Issued(card, lines) if lines else None
