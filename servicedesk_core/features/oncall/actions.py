"""Taking in on-call lists of other programs."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config import Secrets
from servicedesk_core.definitions.key import Key
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.definitions import FOLDER_HELP, DefiningDesk
from servicedesk_core.features.oncall.deciding import Decider
from servicedesk_core.features.oncall.kinds import ON_CALL, OnCall
from servicedesk_core.features.oncall.model import Overridden, Swapped, Tried
from servicedesk_core.features.oncall.queries import OnCallQueries
from servicedesk_core.features.oncall.rules import Line
from servicedesk_core.features.rota import Imported, Row, Rows, Taking
from servicedesk_core.outbox.staff import Message, post, ways_to
from servicedesk_core.people import Actor
from servicedesk_core.store import Tx

_OURS = "our own people belong to no client"


class CallingDesk(DefiningDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who acts."""


class OnCallActions(OnCallQueries[Manner]):
    """Who is on call, and taking that in."""

    desk: CallingDesk

    @action(
        "oncall.override",
        about="Who is on call from then on.",
        needs=Capability.ONCALL_OVERRIDE,
        unscoped=_OURS,
    )
    async def override(
        self,
        list_name: Annotated[str, Help("The on-call list.", name="LIST")],
        technician: Annotated[str, Help("Who is on call, by the name in the definitions.")],
        *,
        until: Annotated[datetime, Help("Until when.")],
        since: Annotated[datetime | None, Help("From when on [default: now].", "from")] = None,
        line: Annotated[Line, Help("In which place.")] = Line.PRIMARY,
        reason: Annotated[str, Help("Why; it stays in the history.")] = "",
    ) -> Overridden:
        """Have somebody on call for a time in place of whose turn it is. It holds at once.

        Raises:
            NotFoundLocallyError: There is no such list, or no such technician.
            SettingsError: The time has passed, or ends before it begins.
        """
        now, by = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> Overridden:
            decider = Decider(tx, ZoneInfo(self.desk.timezone), now, by)
            listed = decider.listed(list_name)
            return decider.override(listed, line, technician, starts=since or now, ends=until, reason=reason)

        return await self.desk.store.write(work)

    @action("oncall.swap", about="Both turns, as they are now.", needs=Capability.ONCALL_OVERRIDE, unscoped=_OURS)
    async def swap(
        self,
        list_name: Annotated[str, Help("The on-call list.", name="LIST")],
        first: Annotated[datetime, Help("An instant of the one turn.", name="FIRST")],
        second: Annotated[datetime, Help("An instant of the other turn.", name="SECOND")],
        *,
        line: Annotated[Line, Help("In which place.")] = Line.PRIMARY,
        reason: Annotated[str, Help("Why; it stays in the history.")] = "",
    ) -> Swapped:
        """Let two people change their turns: each takes the whole turn of the other, or what is left of it.

        Raises:
            NotFoundLocallyError: There is no such list.
            SettingsError: Nobody is on call at one of the instants, or nobody knows how long, or both are one turn.
        """
        now, by = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> Swapped:
            decider = Decider(tx, ZoneInfo(self.desk.timezone), now, by)
            listed = decider.listed(list_name)
            turns = [listed.turn(line, one) for one in (first, second)]
            if None in turns:
                raise SettingsError(f"Nobody is {line.value} at one of them, or for ever.", hint="Use oncall override.")
            one, other = (turn for turn in turns if turn is not None)
            if one.technician == other.technician:
                raise SettingsError(f"Both are turns of {one.technician}.", hint="Name turns of two people.")
            pairs = ((one, other), (other, one))
            made = [
                decider.override(
                    listed, line, new.technician, starts=max(turn.start, now), ends=turn.end, reason=reason
                )
                for turn, new in pairs
            ]
            return Swapped(tuple(made))

        return await self.desk.store.write(work)

    @action("oncall.test", about="What was sent.", needs=Capability.ONCALL_OVERRIDE, unscoped=_OURS)
    async def test(
        self,
        person: Annotated[str, Help("Who, as in the list of people.", names="people.show", name="PERSON")],
    ) -> Tried:
        """Send somebody a message as a page would be sent, so that they see whether it reaches them.

        It is handed over like every other: by `servicedesk serve`, or by `servicedesk jobs run paging`.

        Raises:
            NotFoundLocallyError: Nobody is called so.
            SettingsError: They have no address.
        """
        desk, now = self.desk, self.desk.clock.now()
        if person not in desk.roster:
            message = f'Nobody in the list of people is called "{person}".{did_you_mean(person, desk.roster)}'
            raise NotFoundLocallyError(message, hint="`servicedesk people list` shows them.")
        ways = ways_to(person, is_urgent=True, people=desk.roster, settings=desk.settings, secrets=Secrets())
        if not ways:
            hint = f'Write [people.{person}] page = ["env:…"] into servicedesk.toml.'
            raise SettingsError(f"{person} has no address.", hint=hint)
        text = f"Sent for {desk.actor.name} at {now:%Y-%m-%d %H:%M} UTC. Nothing is to be done."
        sent = Message(f"test:{person}/{now:%Y%m%dT%H%M}", person, "This is a try", text, is_urgent=True)
        is_new = await desk.store.write(lambda tx: post(tx, sent, now))
        return Tried(person, len(ways), is_new)

    @action(
        "oncall.import",
        about="What was taken in, or would be.",
        needs=Capability.DEFINITIONS_READ,
        unscoped=_OURS,
        page="servicedesk_core.features.rota.pages:imported",
    )
    async def import_file(
        self,
        file: Annotated[Path, Help("CSV with the columns kind, technician, starts, ends; or ICS.", name="FILE")],
        *,
        line: Annotated[Line, Help("In which place people are rung in rows that do not say it.")] = Line.PRIMARY,
        outside: Annotated[
            str | None, Help("Calendar outside of whose hours somebody is on call; else always.")
        ] = None,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        write: Annotated[bool, Help("Write the file; else only show what would change in it.")] = False,
    ) -> Imported:
        """Take turns on call from a file into a file of the folder of definitions; the list is called as the file.

        Without --write nothing is written: it shows what would change. Nothing holds before "definitions apply".

        Raises:
            DefinitionsError: Every row that is wrong, with its line and what would be right; nothing is written then.
            SettingsError: The file cannot be read.
        """
        taking = Taking(self.desk, folder, "on-call", write)
        make = partial(_made, zone=taking.zone, outside=outside)
        kinds = tuple(one.value for one in Line)
        return await self.desk.store.read(lambda tx: taking.file(tx, file, line.value, kinds, make))


def _made(
    found: Rows,
    who: Mapping[Row, str],
    others: Mapping[Key, BaseModel],
    stem: str,
    *,
    zone: tzinfo,
    outside: str | None,
) -> dict[Key, BaseModel]:
    key = Key(ON_CALL.name, stem)
    turns: list[dict[str, Any]] = []
    for row, name in sorted(who.items(), key=lambda one: one[0].line):
        starts, ends = _instants(row, zone)
        turns.append({"starts": starts, "ends": ends, row.kind: name})
    if key in others and turns:
        found.tell(1, f"{key} stands in another file already; rename this file, or take that list out.")
    return {key: OnCall.model_validate({"name": stem, "turns": turns, "outside": outside})} if turns else {}


def _instants(row: Row, zone: tzinfo) -> tuple[datetime, datetime]:
    if isinstance(row.starts, datetime) and isinstance(row.ends, datetime):
        return row.starts, row.ends
    after = row.ends + timedelta(days=1)
    return datetime.combine(row.starts, time(), zone), datetime.combine(after, time(), zone)
