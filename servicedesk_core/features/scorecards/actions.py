"""Issuing cards, showing them to whom they are of, and keeping what was agreed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, Period, action
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import week_of
from servicedesk_core.features.scorecards import tables
from servicedesk_core.features.scorecards.kinds import RULES, ScorecardRules
from servicedesk_core.features.scorecards.measuring import Made, Making
from servicedesk_core.features.scorecards.model import (
    Difference,
    Issued,
    Issuing,
    Kind,
    Noted,
    Publishing,
    Word,
    WordKind,
)
from servicedesk_core.features.scorecards.queries import ScorecardQueries, Week, compared
from servicedesk_core.features.scorecards.sight import CardDesk, CardSight, named
from servicedesk_core.features.scorecards.tables import Whose
from servicedesk_core.features.scorecards.weeks import span_of, week_named
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit
from servicedesk_core.store.queries.scope import Scope

_WHOLE: Final = "cards are made of the whole desk, and are of people"

Whom = Annotated[str, Help("Whose card it is, by name or how it begins, or id.", names="tickets.words technicians")]


class IssuingDesk(CardDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""


class Scorecards(ScorecardQueries[Manner]):
    """Weekly cards, and what is agreed about them."""

    desk: IssuingDesk

    @action("scorecards.issue", about="What was issued.", needs=Capability.SCORECARDS_WRITE, unscoped=_WHOLE)
    async def issue(
        self,
        *,
        week: Annotated[str | None, Help("The week, such as 2026-W41 [default: this one].")] = None,
        reason: Annotated[str | None, Help("Why final cards are issued once more; it stays with them.")] = None,
    ) -> Issuing:
        """Issue the cards of a week: provisional ones, or final ones once late entries have been waited for.

        A card that was issued stays as it is; what has changed since is a new version, which names the differences.

        Raises:
            SettingsError: It is no week or has not begun, or its cards are final and no reason was given.
            DefinitionsError: A definition does not fit this program.
        """
        zone = ZoneInfo(self.desk.timezone)
        chosen = week_named(week) if week is not None else week_of(self.desk.clock.now().astimezone(zone).date())

        def make(tx: Tx, period: Period) -> tuple[Mapping[Whose, int], Made]:
            self._refuse_again(tx, chosen, reason)
            seen, people = tables.versions(tx, chosen), self.desk.roster
            return seen, Making(tx, self.desk.features, rules_at(tx, period.last), chosen, period, people).made()

        def keep(tx: Tx, seen: Mapping[Whose, int], made: Made) -> Issuing | None:
            audit.take_turn(tx)  # whoever issues them at the same time sees these
            self._refuse_again(tx, chosen, reason)
            return self._keep(tx, chosen, made, reason) if tables.versions(tx, chosen) == seen else None

        while True:  # what was issued since they were made was seen later: they are made once more, and come after it
            period = span_of(chosen, zone, self.desk.clock.now())
            seen, made = await self.desk.store.read(partial(make, period=period))
            done = await self.desk.store.write(partial(keep, seen=seen, made=made))
            if done is not None:
                return done

    @action("scorecards.publish", about="What was published.", needs=Capability.SCORECARDS_WRITE, unscoped=_WHOLE)
    async def publish(self, *, week: Week = None) -> Publishing:
        """Show the newest cards of a week to those whom they are of, and the team's to everybody.

        Raises:
            SettingsError: It is no week.
            NotFoundLocallyError: It has no cards.
        """

        def show(tx: Tx) -> Publishing:
            audit.take_turn(tx)
            chosen = week_named(week) if week is not None else tables.newest_week(tx)
            found = tables.cards(tx, [chosen]).get(chosen, {}) if chosen is not None else {}
            if chosen is None or not found:
                hint = "`servicedesk scorecards issue` makes those of this week."
                raise NotFoundLocallyError(f"There are no cards of {chosen or 'any week'}.", hint=hint)
            now = self.desk.clock.now()
            shown = tables.publish(tx, chosen, ((of, one.card.version) for of, one in found.items()), now)
            if shown:
                audit.append(
                    tx,
                    at=now,
                    actor=str(self.desk.actor),
                    action="scorecards.published",
                    entity=f"scorecards:{chosen}",
                    after={"cards": shown},
                )
            return Publishing(chosen, shown)

        return await self.desk.store.write(show)

    @action("scorecards.agree", about="What was agreed.", needs=Capability.SCORECARDS_WRITE, unscoped=_WHOLE)
    async def agree(
        self,
        person: Whom,
        text: Annotated[str, Help("What was agreed.", is_long=True)],
        *,
        figure: Annotated[str | None, Help("The figure of the card that it is to move, by name.")] = None,
        week: Week = None,
    ) -> Noted:
        """Keep what was agreed in the talk about a card; the next page for a talk says whether the figure moved.

        Raises:
            SettingsError: It is no week, or nothing was written.
            NotFoundLocallyError: There is no such card, or no such figure on it.
        """
        return await self._write_down(person, WordKind.AGREEMENT, text, figure, week, None)

    @action("scorecards.comment", about="What was written.", needs=Capability.SCORECARDS_COMMENT)
    async def comment(
        self,
        person: Whom,
        text: Annotated[str, Help("The words.", is_long=True)],
        *,
        week: Week = None,
        scope: Scope | None = None,
    ) -> Noted:
        """Write a comment on a card: on your own, or on any when you may issue cards.

        Raises:
            SettingsError: It is no week, or nothing was written.
            NotFoundLocallyError: You see no such card.
            NotPermittedError: It is somebody else's.
        """
        return await self._write_down(person, WordKind.COMMENT, text, None, week, scope)

    async def _write_down(  # noqa: PLR0917  # what is written, and where
        self, person: str, kind: WordKind, text: str, figure: str | None, week: str | None, scope: Scope | None
    ) -> Noted:
        if not text.strip():
            raise SettingsError("Nothing was written.", hint="Write what was agreed or said.")

        def write(tx: Tx) -> Noted:
            audit.take_turn(tx)
            sight = CardSight.of(tx, self.desk, scope)
            chosen, found = self._cards(tx, sight, week)
            people = {of: one for of, one in found.items() if of.kind is Kind.TECHNICIAN}
            of, one = named(people, person, chosen)
            if of != sight.own and not self.desk.may(Capability.SCORECARDS_WRITE):
                raise NotPermittedError("It is somebody else's card.", hint="You may comment on your own.")
            if figure is not None and figure not in (names := [line.figure for line in one.lines]):
                hint = f"There are: {', '.join(names)}."
                raise NotFoundLocallyError(f'There is no figure "{figure}" on that card.', hint=hint)
            word = Word(chosen, kind, figure, text.strip(), self.desk.clock.now(), str(self.desk.actor))
            tables.write_down(tx, of, word)
            audit.append(
                tx,
                at=word.at,
                actor=word.author,
                action="scorecards.agreed" if kind is WordKind.AGREEMENT else "scorecards.commented",
                entity=f"scorecards:{chosen}",
                after={"technician": of.technician, "figure": figure},
            )
            return Noted(one.card.person, chosen, kind, figure, word.text)

        return await self.desk.store.write(write)

    def _refuse_again(self, tx: Tx, week: str, reason: str | None) -> None:
        state = tables.states(tx).get(week)
        if state is not None and state.is_final and not (reason or "").strip():
            raise SettingsError(
                f"The cards of {week} are final.", hint='`--reason "…"` issues corrected ones beside them.'
            )

    def _keep(self, tx: Tx, week: str, made: Made, reason: str | None) -> Issuing:
        newest = tables.cards(tx, [week]).get(week, {})
        issued = changed = 0
        for of, one in made.cards.items():
            past = newest.get(of)
            differences = tuple(_differences(past, one)) if past is not None else ()
            if past is not None and _said(past) == _said(one):
                continue
            version = past.card.version + 1 if past is not None else 1
            card = replace(
                one.card,
                version=version,
                author=str(self.desk.actor),
                reason=reason if past is not None else None,
                differences=differences,
            )
            tables.keep(tx, of, Issued(card, one.lines))
            issued += 1
            changed += bool(differences)
        is_final = next(iter(made.cards.values())).card.is_final
        if issued:
            audit.append(
                tx,
                at=self.desk.clock.now(),
                actor=str(self.desk.actor),
                action="scorecards.issued",
                entity=f"scorecards:{week}",
                after={"cards": issued, "final": is_final},
                reason=reason or "",
            )
        return Issuing(week, is_final, issued, len(made.cards) - issued, changed, made.skipped)


def rules_at(tx: Tx, at: datetime) -> ScorecardRules:
    """Return what is on a card at an instant; what nobody decided is as the program ships it."""
    return next(iter(in_force(tx, RULES, at)), ScorecardRules())


def _said(one: Issued) -> tuple[object, ...]:
    card = one.card
    return card.is_final, card.individual, card.team, card.score, card.mean, card.slope, one.lines


def _differences(past: Issued, now: Issued) -> Iterator[Difference]:
    samples = [{line.figure: line.sample for line in one.lines} for one in (past, now)]
    for row in compared(past, now, everything=False):
        before, after = (one.get(row.figure, 0) for one in samples)
        yield Difference(row.figure, row.title, row.before, row.now, row.goal_before, row.goal_now, after - before)
