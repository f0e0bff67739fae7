"""Taking in coordinates, and moving a day's visits into the shortest order."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Protocol

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ServiceDeskError, WriteError
from servicedesk_core.faces import Awaited, Help, Manner, action, method, previewed
from servicedesk_core.features.appointments import CHANGE, changed, keep_behind, refuse_clash, row_of
from servicedesk_core.features.definitions import FOLDER_HELP, DefiningDesk
from servicedesk_core.features.rota import Imported, Rows, Taking
from servicedesk_core.features.skills import words_of
from servicedesk_core.features.travel.deciding import Found, ordered
from servicedesk_core.features.travel.importing import places_in, text_in
from servicedesk_core.features.travel.model import Ordered, Reordered
from servicedesk_core.features.travel.queries import DAY, FIXED, OURS, WHO, TravelQueries
from servicedesk_core.features.writes import ProposingDesk, code_of, proposed
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.wording import counted

_STAYS = "another of these visits was not moved"
_PAGES = "servicedesk_core.features.travel.pages"


class TravelDesk(ProposingDesk, DefiningDesk, Protocol):
    """A desk with definitions, that proposes writes."""


async def _foreseen(travel: "Travel[Awaited]", technician: str, **named: Any) -> Found:
    return await travel.preview(technician, day=named.get("day"), fixed=named.get("fixed") or ())


def _question(found: Found, *_: Any, **__: Any) -> str:
    many = sum(one.is_moved for one in found.order)
    return (
        f"Move {counted(many, 'visit', 'visits')} of {found.who.shown} as shown? Clients expect them then."
        if many
        else ""
    )


def _fails(done: Reordered) -> int:
    sent = (row for row in done if row.write is not None and row.state != WriteState.PROPOSED)
    return max((code_of(row.state or "", None) for row in sent), default=0)


def _told(done: Reordered) -> str:
    waiting = sum(row.state == WriteState.PROPOSED for row in done)
    return (
        f"{counted(waiting, 'move waits', 'moves wait')} for an approval: servicedesk writes list." if waiting else ""
    )


class Travel(TravelQueries[Manner]):
    """How long ways take, the shortest order of a day, and moving visits into it."""

    desk: TravelDesk

    @action(
        "travel.import",
        off_web="it writes a file of the machine",
        about="What was taken in, or would be.",
        needs=Capability.DEFINITIONS_READ,
        unscoped="it says where all clients are",
        page="servicedesk_core.features.rota.pages:imported",
    )
    async def import_file(
        self,
        file: Annotated[
            Path, Help("CSV with the columns technician or company and site, latitude, longitude.", name="FILE")
        ],
        *,
        folder: Annotated[Path | None, FOLDER_HELP] = None,
        write: Annotated[bool, Help("Write the file; else only show what would change in it.")] = False,
    ) -> Imported:
        """Take coordinates of clients and of technicians' homes from a file into one of the folder of definitions.

        Without --write nothing is written: it shows what would change. Nothing holds before "definitions apply".

        Raises:
            DefinitionsError: Every row that is wrong, with its line; nothing is written then.
            SettingsError: The file cannot be read.
        """
        taking = Taking(self.desk, folder, "places", write)

        def work(tx: Tx) -> Imported:
            found, stem = Rows(), taking.stem(file)
            others = taking.others(stem)
            made = places_in(text_in(file), words_of(tx, taking.crew(tx, others)), others, found)
            found.refuse(file.name)
            return taking.put(file.name, stem, made)

        return await self.desk.store.read(work)

    @method(Capability.TICKETS_ASSIGN, unscoped=OURS)
    async def preview(
        self: "Travel[Awaited]", technician: str, *, day: date | None = None, fixed: tuple[str, ...] = ()
    ) -> Found:
        """Return the shortest order of somebody's visits; writes nothing. See :meth:`reorder`."""
        return await self.desk.store.read(lambda tx: ordered(tx, self.desk, technician, day, fixed))

    @previewed(
        "travel.reorder",
        about="The visits that were moved, with what became of each.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped=OURS,
        preview=_foreseen,
        shows=f"{_PAGES}:plan",
        asks=_question,
        tells=_told,
        fails=_fails,
        page=f"{_PAGES}:reordered",
        title="Put in order",
    )
    async def reorder(
        self: "Travel[Awaited]",
        technician: WHO,
        *,
        day: DAY = None,
        fixed: FIXED = (),
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        shown: Found | None = None,
    ) -> Reordered:
        """Move somebody's visits into the shortest order. After you agreed, this changes an outside system.

        Where the vendor refuses one of them, it is proposed to put back those that were moved before.

        Args:
            technician: Whose day it is.
            day: The day.
            fixed: What keeps its time.
            reason: Why.
            shown: What somebody has seen and agreed to, from :meth:`preview`: nothing else is done.

        Raises:
            NotFoundLocallyError: There is no such technician, or no such appointment on that day.
        """
        found = shown or await self.preview(technician, day=day, fixed=fixed)
        moves = [one for one in found.order if one.is_moved]
        refs = [one.appointment for one in moves]
        why = reason or f"{found.order.saved_min} min less on the way."
        done = [await self._proposed(one, refs, why) for one in moves]
        if any(row.write is None for row in done):
            return Reordered(await self._withdrawn(done))
        if self.desk.may(Capability.WRITES_APPROVE):
            done, views = await self._sent(done)
            await keep_behind(self.desk, views)
            if any(row.state == WriteState.REJECTED for row in done):
                done = [await self._back(row) if row.state == WriteState.CONFIRMED else row for row in done]
        return Reordered(tuple(done))

    async def _withdrawn(self: "Travel[Awaited]", done: list[Ordered]) -> tuple[Ordered, ...]:
        """Move nothing where one visit cannot: the others would take its time."""
        stands = {row.write for row in done if row.write is not None and row.state == WriteState.PROPOSED}
        await self.desk.outbox.discard([*stands], reason=_STAYS)
        return tuple(replace(row, write=None, state=None, why=_STAYS) if row.write in stands else row for row in done)

    async def _sent(self: "Travel[Awaited]", done: list[Ordered]) -> tuple[list[Ordered], list[WriteView]]:
        """Send one move after the other; once one is not confirmed, the others wait: they may need its time."""
        after, views, stays = list[Ordered](), list[WriteView](), False
        for row in done:
            if row.write is None or row.state != WriteState.PROPOSED:
                after.append(row)
            elif stays:
                after.append(replace(row, why=_STAYS))
            else:
                (view,) = await self.desk.outbox.approve_own([row.write], send=True, agreed=True)
                views.append(view)
                after.append(replace(row, state=view.state, why=view.error or ""))
                stays = view.state not in {WriteState.CONFIRMED, WriteState.PROPOSED}
        return after, views

    async def _back(self: "Travel[Awaited]", row: Ordered) -> Ordered:
        """Propose to put a visit back that was moved before another one was refused: both may take the same time."""
        assert row.write is not None  # noqa: S101  # only what was sent is confirmed
        try:
            back = (await self.desk.outbox.revert(row.write, reason="another visit of that day was refused")).write
        except ServiceDeskError as error:
            return replace(row, why=f"it is moved although another one was refused; {error.message}")
        return replace(row, why=f"it is moved although another one was refused: write {back.id} would put it back")

    async def _proposed(self: "Travel[Awaited]", one: Ordered, refs: list[str], reason: str) -> Ordered:
        async def intended() -> Intent:
            return await self.desk.store.read(partial(_intent, one=one, reason=reason))

        def also(tx: Tx, write: StoredWrite) -> None:
            refuse_clash(tx, write, self.desk.roster, beside=refs)

        try:
            view = await proposed(self.desk, intended, None, None, send=False, also=also)
        except ServiceDeskError as error:
            return replace(one, why=error.message)
        return replace(one, write=view.id, state=view.state, why="")


def _intent(tx: Tx, one: Ordered, reason: str) -> Intent:
    """Return the write that moves a visit.

    Raises:
        WriteError: It is not where it was any more.
    """
    row = row_of(tx, one.appointment, one.connection, None)
    if row.starts_at != one.starts_at or row.starts_at is None or one.begins_at is None:
        raise WriteError("It was moved meanwhile.", hint="Look at it again.")
    wanted = {"start_at": one.begins_at}
    if row.ends_at is not None:
        wanted["end_at"] = one.begins_at + (row.ends_at - row.starts_at)
    return changed(tx, row, CHANGE, wanted, None, reason=reason)
