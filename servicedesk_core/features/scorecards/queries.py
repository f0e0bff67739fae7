"""Cards of a week, beside those of another, and the page for a talk about one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.scorecards import rules, tables
from servicedesk_core.features.scorecards.model import (
    Agreed,
    CardPage,
    CardWeek,
    CoachingSheet,
    Compared,
    Issued,
    Kind,
    Line,
    Moved,
    Word,
    WordKind,
)
from servicedesk_core.features.scorecards.sight import CardDesk, CardSight, named
from servicedesk_core.features.scorecards.tables import Whose
from servicedesk_core.features.scorecards.weeks import week_named
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_PAGES: Final = "servicedesk_core.features.scorecards.pages"
_EMPTY: Final = "There is no card that you see: `servicedesk scorecards issue` makes those of this week."

Week = Annotated[
    str | None, Help("The week, such as 2026-W41 [default: the newest with cards].", names="scorecards.weeks")
]
Person = Annotated[str | None, Help("Only of this person, by name or how it begins, or id; also team, coordinator.")]


class ScorecardQueries(Namespace[Manner]):
    """Weekly cards."""

    desk: CardDesk

    @query(
        "scorecards.show",
        about="Cards of a week.",
        needs=Capability.SCORECARDS_OWN,
        page=f"{_PAGES}:cards",
        html=f"{_PAGES}:html",
        empty=_EMPTY,
    )
    def show(
        self,
        tx: Tx,
        person: Person = None,
        *,
        week: Week = None,
        version: Annotated[int | None, Help("Not the newest, but this one.", between=(1, 10_000))] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> CardPage:
        """Show the cards of a week that you may see: your own and the team's once they are published, or all.

        Raises:
            SettingsError: It is no week, or there is no such column to sort by.
            NotFoundLocallyError: You see no card of that person.
            CursorError: ``after`` is not a position of this list.
        """
        chosen, found = self._cards(tx, CardSight.of(tx, self.desk, scope), week, version)
        if person is not None:
            found = dict([named(found, person, chosen)])
        page = CardPage(
            items=tuple(line for one in found.values() for line in one.lines),
            cards=tuple(sorted((one.card for one in found.values()), key=lambda one: (one.kind.value, one.person))),
            week=chosen,
            desk=self.desk.name,
            timezone=self.desk.timezone,
        )
        return piece(page, Line, by="kind,person,connection,technician_ref,place", sort=sort, after=after, limit=limit)

    @query(
        "scorecards.compare",
        about="Cards of a week beside earlier ones.",
        needs=Capability.SCORECARDS_OWN,
        empty="Nothing that you see is otherwise than it was.",
    )
    def compare(
        self,
        tx: Tx,
        person: Person = None,
        *,
        week: Week = None,
        beside: Annotated[
            str | None, Help("The cards of this week [default: the version before].", name="with", metavar="WEEK")
        ] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Compared]:
        """Show what the cards of a week say other than the version before them, or beside those of another week.

        Raises:
            SettingsError: It is no week, or there is no such column to sort by.
            NotFoundLocallyError: You see no card of that person.
            CursorError: ``after`` is not a position of this list.
        """
        sight = CardSight.of(tx, self.desk, scope)
        chosen, found = self._cards(tx, sight, week)
        if person is not None:
            found = dict([named(found, person, chosen)])
        earlier = sight.cards(tx, week_named(beside)) if beside is not None else {}
        rows: list[Compared] = []
        for of, one in found.items():
            past = earlier.get(of)
            if beside is None and one.card.version > 1:
                past = sight.cards(tx, chosen, version=one.card.version - 1).get(of)
            if past is not None:
                rows += compared(past, one, everything=beside is not None)
        return piece(Page(tuple(rows)), Compared, by="kind,person", sort=sort, after=after, limit=limit)

    @query(
        "scorecards.weeks",
        about="Weeks with cards, the newest first.",
        needs=Capability.SCORECARDS,
        unscoped="a card is of a person, and of no client",
        empty=_EMPTY,
    )
    def weeks(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[CardWeek]:
        """List the weeks that there are cards of: how many, in which version, and whether they were published.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return piece(Page(tuple(tables.weeks(tx))), CardWeek, by="-week", sort=sort, after=after, limit=limit)

    @query(
        "scorecards.coach",
        about="A page for the talk about a card.",
        needs=Capability.SCORECARDS_OWN,
        page=f"{_PAGES}:sheet",
        html=f"{_PAGES}:sheet_html",
    )
    def coach(
        self,
        tx: Tx,
        person: Annotated[str, Help("Whose talk it is, by name or how it begins, or id.")],
        *,
        week: Week = None,
        scope: Scope | None = None,
    ) -> CoachingSheet:
        """Show one page for a talk: three facts with their tickets, what was agreed last, and whether that moved.

        Raises:
            SettingsError: It is no week.
            NotFoundLocallyError: You see no card of that person.
        """
        sight = CardSight.of(tx, self.desk, scope)
        chosen, found = self._cards(tx, sight, week)
        of, one = named(found, person, chosen)
        is_whole = of.kind is not Kind.TECHNICIAN or sight.everything or of == sight.own
        if not is_whole:
            raise NotFoundLocallyError(f'You see no talk with "{person}".', hint="Who sees the whole card does.")
        written = tables.words(tx, of) if of.kind is Kind.TECHNICIAN else ()
        return CoachingSheet(
            desk=self.desk.name,
            timezone=self.desk.timezone,
            card=one.card,
            facts=rules.facts(one.lines),
            agreed=tuple(_agreed(tx, sight, of, one, written)),
            words=tuple(word for word in written if word.week == one.card.week),
        )

    def _cards(
        self, tx: Tx, sight: CardSight, week: str | None, version: int | None = None
    ) -> tuple[str, dict[Whose, Issued]]:
        chosen = week_named(week) if week is not None else sight.week(tx)
        return (chosen, sight.cards(tx, chosen, version=version)) if chosen is not None else ("", {})


def compared(past: Issued, now: Issued, *, everything: bool) -> Iterator[Compared]:
    """Yield the figures of a card beside those of an earlier one, and the score before them.

    Args:
        past: The earlier card.
        now: The card.
        everything: Whether what is the same is told too.
    """
    of = f"{past.card.week} version {past.card.version}"
    was = {line.figure: line for line in past.lines}
    if everything or past.card.score != now.card.score:
        way = rules.moved(past.card.score, now.card.score, "more")
        card = now.card
        yield Compared(card.person, card.kind, "", "Score", past.card.score, card.score, "%", way, None, None, of)
    for line in now.lines:
        if (then := was.get(line.figure)) is None:
            continue
        if everything or (then.value, then.goal) != (line.value, line.goal):
            yield Compared(
                person=line.person,
                kind=line.kind,
                figure=line.figure,
                title=line.title,
                before=then.value,
                now=line.value,
                unit=line.unit,
                moved=rules.moved(then.value, line.value, line.better),
                goal_before=then.goal,
                goal_now=line.goal,
                of=of,
            )


def _agreed(tx: Tx, sight: CardSight, of: Whose, one: Issued, written: Sequence[Word]) -> Iterator[Agreed]:
    """Yield what was agreed about the last card before this one about which anything was."""
    past = [word for word in written if word.kind is WordKind.AGREEMENT and word.week < one.card.week]
    last = max((word.week for word in past), default=None)
    then = sight.cards(tx, last).get(of) if last is not None else None
    now = {line.figure: line for line in one.lines}
    was: Mapping[str, Line] = {line.figure: line for line in then.lines} if then is not None else {}
    for word in past:
        if word.week == last:
            line, before = now.get(word.figure or ""), was.get(word.figure or "")
            if line is None:
                yield Agreed(word, None, "", None, None, Moved.UNKNOWN)
                continue
            value = None if before is None else before.value
            yield Agreed(word, line.title, line.unit, value, line.value, rules.moved(value, line.value, line.better))
