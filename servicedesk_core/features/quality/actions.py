"""Drawing tickets, reviewing them, taking in answers, and keeping concerns."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import StoredFacts
from servicedesk_core.features.quality import importing, templates
from servicedesk_core.features.quality.checking import checked
from servicedesk_core.features.quality.kinds import CHECKLISTS, SAMPLES, SampleRule
from servicedesk_core.features.quality.model import Concern, ReviewDetail, ReviewState, Sample, Taken, Written
from servicedesk_core.features.quality.queries import OURS, Last, PeriodName, QualityQueries, ReviewingDesk, chosen
from servicedesk_core.features.quality.rules import Who, draw
from servicedesk_core.features.quality.tables import answers, concerns, reviews
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx, audit

_ITEMS: Final = "quality.show:items"
_PAGES: Final = "servicedesk_core.features.quality.pages"
_WHOLE: Final = "a sample is drawn from the work of everybody"


class QualityDesk(ReviewingDesk, ConfiguredDesk, Protocol):
    """A desk on which somebody acts, with its people."""

    actor: Actor
    """Who acts."""


class Quality(QualityQueries[Manner]):
    """Reviews of tickets, answers of surveys, and concerns."""

    desk: QualityDesk

    @action(
        "quality.sample",
        about="What was drawn.",
        needs=Capability.QUALITY_WRITE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:drawn",
    )
    async def sample(
        self,
        rule: Annotated[str, Help("By which rule: the name of a definition, [samples.NAME].")],
        *,
        period: PeriodName = None,
        last: Last = None,
        dry_run: Annotated[bool, Help("Only show what would be drawn.")] = False,
    ) -> Sample:
        """Draw resolved tickets for review, so many of each technician as a rule says.

        The same rule draws the same tickets of the same ones, whoever asks. Drawn again, it adds what is missing.

        Raises:
            SettingsError: It is no period, or the rule names somebody who is not in [people].
            NotFoundLocallyError: There is no such rule.
        """
        when, now, actor = chosen(period, last, self.desk), self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> Sample:
            if not dry_run:
                audit.take_turn(tx)  # whoever draws at the same time adds to it
            found = _named(tx, SAMPLES, rule, now)
            checklist = _named(tx, CHECKLISTS, found.checklist, now)
            facts = StoredFacts(tx, when)
            drawn = draw(reviews.candidates(tx, facts, found.name), found, self._reviewers(found))
            with tx.begin_nested() as kept:
                numbers = reviews.keep(tx, facts, found, checklist, drawn.tickets, at=now, actor=actor)
                items = reviews.numbered(tx, numbers)
                if dry_run:
                    kept.rollback()
            if not dry_run:
                after = {"reviews": numbers, "resolved": drawn.resolved, "left_out": dict(drawn.left_out)}
                entity = f"sample:{found.name}"
                audit.append(tx, at=now, actor=actor, action="quality.sampled", entity=entity, after=after)
            return Sample(
                drawn=items,
                rule=found.name,
                start=when.start.astimezone(UTC),
                end=when.end.astimezone(UTC),
                resolved=drawn.resolved,
                before=drawn.before,
                left_out=dict(drawn.left_out),
                is_kept=not dry_run,
            )

        return await self.desk.store.write(work)

    @action(
        "quality.review",
        about="The review with its checklist.",
        needs=Capability.QUALITY_WRITE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:detail",
    )
    async def review(
        self,
        number: Annotated[int, Help('Its number in "quality reviews".', names="quality.show")],
        *,
        passed: Annotated[bool, Help("Everything on the checklist that applies is so.")] = False,
        missed: Annotated[
            Mapping[str, str] | None,
            Help(
                "What is not so, by its number on the checklist or how it begins, and why: ITEM=WHY. May be repeated.",
                names=_ITEMS,
            ),
        ] = None,
        skip: Annotated[Sequence[str], Help("What does not apply. May be repeated.", names=_ITEMS)] = (),
        note: Annotated[str | None, Help("What else is to be said.", is_long=True)] = None,
        instead: Annotated[str, Help("Why this takes the place of what was said before.", metavar="WHY")] = "",
    ) -> ReviewDetail:
        """Say whether the work on a ticket passed: it does when nothing on its checklist was missed.

        Nobody reviews a ticket that they worked on.

        Raises:
            NotFoundLocallyError: There is no such review, or no such item.
            SettingsError: It says both or neither, or somebody has reviewed it and nothing says why that does not hold.
            NotPermittedError: Whoever reviews worked on the ticket.
        """
        now, actor = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> ReviewDetail:
            audit.take_turn(tx)  # whoever reviews it at the same time sees it done
            found = reviews.get(tx, number)
            one = found.review
            if reviews.is_work_of(tx, one, self.desk.technician):
                raise NotPermittedError(
                    f"{self.desk.actor.name} worked on the ticket {one.ticket}, and cannot review it.",
                    hint="Somebody else reviews it.",
                )
            if one.state is not ReviewState.OPEN and not instead.strip():
                message = f"{one.reviewed_by} has reviewed it: {one.state.value}."
                raise SettingsError(message, hint='Say why that does not hold: --instead "WHY".')
            said = checked(found.items, passed=passed, missed=missed or {}, skip=skip)
            reviews.settle(
                tx, number, missed=said.missed, inapplicable=said.inapplicable, note=note, at=now, actor=actor
            )
            audit.append(
                tx,
                at=now,
                actor=actor,
                action="quality.reviewed",
                entity=f"review:{number}",
                before={"state": one.state.value},
                after={"passed": not said.missed, "missed": sorted(said.missed)},
                reason=instead,
            )
            return reviews.get(tx, number)

        return await self.desk.store.write(work)

    @action(
        "quality.import",
        about="What an import of answers did.",
        needs=Capability.QUALITY_WRITE,
        unscoped="a file may name any client's ticket",
        page=f"{_PAGES}:taken",
    )
    async def import_file(
        self,
        path: Annotated[Path, Help("CSV or JSONL, one row for each answer.", name="FILE")],
        *,
        survey: Annotated[str, Help("Which survey it is, where no column says so: its name in [surveys.NAME].")] = "",
        columns: Annotated[
            Mapping[str, str] | None,
            Help(
                "Which column feeds a field, where the proposal is wrong: FIELD=NAME. May be repeated.", name="column"
            ),
        ] = None,
        dates: Annotated[
            str | None, Help("day-first, month-first, year-first, or a pattern such as %d.%m.%Y; else as they show.")
        ] = None,
        replace: Annotated[
            bool, Help("What our people answered in the months of the file takes the place of what is there.")
        ] = False,
        dry_run: Annotated[bool, Help("Only say what would happen.")] = False,
    ) -> Taken:
        """Take in answers of surveys from a file: of clients, or, without who gave them, of our people.

        What is there already is not taken twice. Several answers of one contact about one ticket, and scores beyond the
        scale, are told, and do not count.

        Raises:
            SettingsError: A column that is needed is missing, no definition says the survey's scale, or dates can be
                read in two ways.
            ConnectorError: The file cannot be read.
        """
        read = await asyncio.to_thread(
            importing.read, path, declared=columns or {}, dates=dates, zone=self.desk.timezone, survey=survey
        )
        now, actor = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> Taken:
            if not dry_run:
                audit.take_turn(tx)  # whoever takes in the same month at the same time sees it there
            kept = importing.Keeping(tx, read, now=now, zone=self.desk.timezone)
            taken = kept.take(replace=replace, dry_run=dry_run)
            if taken.is_kept:
                after = {"new": taken.new, "known": taken.known, "left_out": taken.left_out}
                audit.append(
                    tx, at=now, actor=actor, action="quality.imported", entity=f"answers:{path.name}", after=after
                )
            return taken

        return await (self.desk.store.read(work) if dry_run else self.desk.store.write(work))

    @action("quality.concern", about="The concern.", needs=Capability.QUALITY_WRITE, unscoped=OURS)
    async def concern(
        self,
        about: Annotated[str, Help("What troubles whom, in a sentence.", name="TEXT")],
        *,
        owner: Annotated[str, Help("Who sees to it.", names="tickets.words technicians")],
        due: Annotated[date | None, Help("Until which day [default: in a week].")] = None,
        ticket: Annotated[str | None, Help("Number of the ticket it came up with.", names="tickets.show")] = None,
    ) -> Concern:
        """Write a concern down, with who sees to it until when.

        Raises:
            SettingsError: It says nothing, or [people] has no such person.
            NotFoundLocallyError: There is no such ticket, or several.
        """
        if not about.strip():
            raise SettingsError("The concern says nothing.", hint="Say in a sentence what troubles whom.")
        self._ensure_known(owner)
        now, actor = self.desk.clock.now(), str(self.desk.actor)
        day = due or self._local(now).date() + timedelta(days=7)

        def work(tx: Tx) -> Concern:
            source_id, ref = (None, None) if ticket is None else _ticket(tx, ticket)
            values = {"about": about.strip(), "owner": owner, "due_on": day, "source_id": source_id, "ticket_ref": ref}
            number = concerns.put(tx, values | {"opened_at": now, "opened_by": actor})
            audit.append(
                tx,
                at=now,
                actor=actor,
                action="concern.opened",
                entity=f"concern:{number}",
                after={"owner": owner, "due_on": day.isoformat()},
            )
            return concerns.get(tx, number, self._local(now).date())

        return await self.desk.store.write(work)

    @action("quality.concern-change", about="The concern.", needs=Capability.QUALITY_WRITE, unscoped=OURS)
    async def concern_change(
        self,
        number: Annotated[int, Help('Its number in "quality concerns".', names="quality.concerns")],
        *,
        owner: Annotated[str | None, Help("Who sees to it from now on.", names="tickets.words technicians")] = None,
        due: Annotated[date | None, Help("Until which day.")] = None,
        reason: Annotated[str, Help("Why.")] = "",
    ) -> Concern:
        """Give a concern to somebody else, or move its day.

        Raises:
            SettingsError: Nothing is to be changed, [people] has no such person, or it is closed.
            NotFoundLocallyError: There is no such concern.
        """
        wanted = {name: value for name, value in (("owner", owner), ("due_on", due)) if value is not None}
        if not wanted:
            raise SettingsError("Nothing is to be changed.", hint="Name --owner, --due, or both.")
        if owner is not None:
            self._ensure_known(owner)
        return await self._change(number, wanted, "concern.changed", reason)

    @action("quality.concern-close", about="The concern.", needs=Capability.QUALITY_WRITE, unscoped=OURS)
    async def concern_close(
        self,
        number: Annotated[int, Help('Its number in "quality concerns".', names="quality.concerns")],
        *,
        done: Annotated[str, Help("What was done.")],
    ) -> Concern:
        """Close a concern with what was done.

        Raises:
            SettingsError: Nothing was done, or it is closed already.
            NotFoundLocallyError: There is no such concern.
        """
        if not done.strip():
            raise SettingsError("Nothing says what was done.", hint="Say it, for those who look later.")
        values = {"closed_at": self.desk.clock.now(), "closed_by": str(self.desk.actor), "done": done.strip()}
        return await self._change(number, values, "concern.closed", "")

    @action(
        "quality.template",
        off_web="it writes a file of the machine",
        about="The file that was written.",
        needs=Capability.READ,
        unscoped="it is the same for everybody",
        page=f"{_PAGES}:written",
    )
    async def template(
        self,
        name: Annotated[str, Help("Which one.", choices=templates.NAMES)],
        *,
        to: Annotated[Path | None, Help("Another file [default: NAME.csv here].")] = None,
    ) -> Written:
        """Write a questionnaire into a file, to be handed out and taken in again.

        Raises:
            NotFoundLocallyError: There is no such template.
            SettingsError: The file is there already, or cannot be written.
        """
        return await asyncio.to_thread(templates.write, name, to)

    async def _change(self, number: int, values: Mapping[str, Any], said: str, reason: str) -> Concern:
        now, actor = self.desk.clock.now(), str(self.desk.actor)
        today = self._local(now).date()

        def work(tx: Tx) -> Concern:
            audit.take_turn(tx)  # whoever changes it at the same time sees that
            before = concerns.get(tx, number, today)
            if before.closed_at is not None:
                raise SettingsError(
                    f"The concern {number} was closed by {before.closed_by}.",
                    hint="What comes up again is a concern of its own.",
                )
            concerns.change(tx, number, values)
            after = concerns.get(tx, number, today)
            audit.append(
                tx,
                at=now,
                actor=actor,
                action=said,
                entity=f"concern:{number}",
                before={"owner": before.owner, "due_on": before.due_on.isoformat()},
                after={"owner": after.owner, "due_on": after.due_on.isoformat()},
                reason=reason or after.done or "",
            )
            return after

        return await self.desk.store.write(work)

    def _reviewers(self, rule: SampleRule) -> Mapping[str, Who | None]:
        settings = self.desk.settings
        found: dict[str, Who | None] = {}
        for name in rule.reviewers:
            self._ensure_known(name)
            person = self.desk.roster.get(name)
            of = person.connection or next(iter(settings.connections), "") if person else ""
            found[name] = (of, person.technician) if person and person.technician else None
        return found

    def _ensure_known(self, name: str) -> None:
        people = self.desk.roster
        if people and name not in people:
            message = f'There is no person "{name}".{did_you_mean(name, people)}'
            raise SettingsError(message, hint=f"There are: {', '.join(people)}.")


def _named(tx: Tx, kind: Any, name: str, at: Any) -> Any:
    known = {one.name: one for one in in_force(tx, kind, at)}
    if name not in known:
        message = f'There is no {kind.noun} "{name}".{did_you_mean(name, known)}'
        hint = f"There are: {', '.join(known)}." if known else f"Write one as [{kind.name}.{name}], and apply it."
        raise NotFoundLocallyError(message, hint=hint)
    return known[name]


def _ticket(tx: Tx, word: str) -> tuple[int, str]:
    found = answers.tickets(tx, [word])
    if word not in found:
        raise NotFoundLocallyError(
            f"The store has no ticket {word!r}, or several.", hint="Name the vendor's id, or run `servicedesk sync`."
        )
    return found[word]
