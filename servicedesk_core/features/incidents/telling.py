"""Telling all clients of a major incident how it stands, and closing it."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

from sqlalchemy import insert, update

from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Awaited, Help, Manner
from servicedesk_core.features.incidents import planning
from servicedesk_core.features.incidents.carrying import act, planned, propose, sent, trail
from servicedesk_core.features.incidents.model import Done, Plan, Row, What
from servicedesk_core.features.incidents.notes import TAKEN_OUT, Noted, carried, leave, same_update, stop
from servicedesk_core.features.incidents.queries import NUMBER, IncidentQueries
from servicedesk_core.features.incidents.tables import incident
from servicedesk_core.features.tickets import child_of, found, status_given, update_of
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import incident_notes, incident_updates, incidents
from servicedesk_core.wording import counted

_KINDS: Final = {What.NOTE: ("notes.create_public", "public"), What.INTERNAL: ("notes.create_internal", "internal")}


def _tells(plan: Plan, *_: Any, **__: Any) -> str:
    many = sum(row.what is What.NOTE and not row.is_left for row in plan.rows)
    if not many:
        return f'No client is told. Keep this update of "{plan.title}"?'
    return (
        f"Send this note on {counted(many, 'ticket')}? {'Its client reads' if many == 1 else 'Their clients read'} it."
    )


def _closes(plan: Plan, *_: Any, **__: Any) -> str:
    return f'Close "{plan.title}", and propose to close {counted(plan.many, "ticket")}?'


class Telling(IncidentQueries[Manner]):
    """What clients of a major incident are told."""

    desk: ProposingDesk

    @act(
        "incidents.update",
        title="Tell the clients",
        preview=lambda of, number, text, **_: planned(
            of.desk, lambda tx: planning.update_plan(tx, of.desk, number, text)
        ),
        asks=_tells,
    )
    async def update(
        self: "Telling[Awaited]",
        number: NUMBER,
        text: Annotated[str, Help("What all of the clients are told, in these words.", is_long=True)],
        *,
        shown: Plan | None = None,
    ) -> Done:
        """Tell the clients of all tickets how a major incident stands. After you agreed, this changes outside systems.

        One public note for each open ticket, in exactly these words, and an internal one on our own ticket. A text that
        names another of the clients is refused. Who says the same again, before clients are to hear again, goes on with
        that update: only those are told who were not.

        Args:
            number: Number of the incident.
            text: What clients are told.
            shown: What somebody has seen and agreed to: nothing else is done.

        Raises:
            NotFoundLocallyError: There is no such incident.
            WriteError: It is closed, there is no text, or one client would read of another.
        """
        plan = shown or await planned(self.desk, lambda tx: planning.update_plan(tx, self.desk, number, text))
        rows: list[Row] = []
        for row, note, write_id in await self.desk.store.write(partial(self._kept, plan=plan)):
            if note is None:
                rows.append(row)
            elif write_id is not None:
                rows.append(await self.desk.store.read(partial(_as_it_stands, row=row, write_id=write_id)))
            else:
                keep = partial(_carries, note_id=note)
                done = await propose(self.desk, row, _note, keep, request_id=f"incident-note:{note}")
                if done.is_left:
                    await self.desk.store.write(partial(leave, note_id=note, why=done.why))
                rows.append(done)
        return Done(number, plan.title, await sent(self.desk, rows, agreed=shown is not None))

    @act(
        "incidents.close",
        title="Close the incident",
        preview=lambda of, number, text=None, *, leave_tickets=False, **_: planned(
            of.desk, lambda tx: planning.close_plan(tx, number, text, tickets=not leave_tickets)
        ),
        asks=_closes,
    )
    async def close(
        self: "Telling[Awaited]",
        number: NUMBER,
        *,
        text: Annotated[
            str | None, Help("What it was, as the resolution of all tickets [default: the last update].", is_long=True)
        ] = None,
        leave_tickets: Annotated[bool, Help("Propose nothing for the tickets under it.")] = False,
        shown: Plan | None = None,
    ) -> Done:
        """Close a major incident, with what was said last, and propose to close the tickets under it.

        The proposals wait until somebody approves them: no ticket is closed by itself.

        Args:
            number: Number of the incident.
            text: What it was.
            leave_tickets: Whether nothing is proposed for the tickets under it.
            shown: What somebody has seen and agreed to: nothing else is done.

        Raises:
            NotFoundLocallyError: There is no such incident.
            WriteError: It is closed already, nobody said what it was, or one client would read of another.
        """
        make = partial(planning.close_plan, number=number, text=text, tickets=not leave_tickets)
        plan = shown or await planned(self.desk, make)

        def end(tx: Tx) -> None:
            audit.take_turn(tx)
            if incident(tx, number).head.said == plan.text:
                return  # it broke off behind this
            one, now = planning.open_incident(tx, number), self.desk.clock.now()
            planning.ensure_safe(one.readers, plan.text)
            ended = {"closed_by": self.desk.actor.name, "closed_at": now, "said": plan.text}
            tx.execute(update(incidents).where(incidents.c.id == number).values(ended))
            stop(tx, number, None, why="the incident was closed", actor=str(self.desk.actor), now=now)
            trail(tx, self.desk, number, "closed", said=plan.text)

        await self.desk.store.write(end)
        rows = [
            row if row.is_left else await propose(self.desk, row, _closing, _nothing, planning.closing_id(number, row))
            for row in plan.rows
        ]
        return Done(number, plan.title, tuple(rows))

    def _kept(self, tx: Tx, plan: Plan) -> list[tuple[Row, int | None, int | None]]:
        """Store an update with its notes, or what is missing of the last one, and return its rows.

        With each row is the note to be written, and the write that carries that already.

        Raises:
            WriteError: It was closed meanwhile, nobody is left to be told, or it names a client whose ticket came
                meanwhile.
        """
        audit.take_turn(tx)
        assert plan.number is not None  # noqa: S101  # only what is declared is told
        one, now = planning.open_incident(tx, plan.number), self.desk.clock.now()
        planning.ensure_safe(one.readers, plan.text)
        stands = {each.local_id for each in one.standing}
        before = same_update(tx, one, plan.text, now)
        rows = [planning.told_before(_still(row, stands), before or {}, self.desk) for row in plan.rows]
        if before is None:
            planning.ensure_told(rows, plan.number)
            made = {"incident_id": plan.number, "text": plan.text, "due_at": one.due_at}
            made |= {"by": self.desk.actor.name, "at": now}
            number = tx.execute(insert(incident_updates).values(made).returning(incident_updates.c.id)).scalar_one()
            trail(tx, self.desk, plan.number, "updated", update=number, text=plan.text)
        else:
            number = one.updates[-1].id
            gone = set(before) - stands - {one.parent_id}
            stop(tx, plan.number, gone, why=TAKEN_OUT, actor=str(self.desk.actor), now=now)
        return [_stored(tx, number, row, None if before is None else before.get(row.local_id or 0)) for row in rows]


def _still(row: Row, stands: Collection[int]) -> Row:
    """Return a row with its ticket left, if that stands under the incident no more."""
    if row.what is What.NOTE and not row.is_left and row.local_id not in stands:
        return replace(row, is_left=True, why=TAKEN_OUT)
    return row


def _stored(tx: Tx, number: int, row: Row, before: Noted | None) -> tuple[Row, int | None, int | None]:
    """Store the note of a row, unless it is there, and return the row with what is to be written yet."""
    if row.local_id is None:
        return row, None, None
    if before is not None:
        if before.is_under_way and not row.is_left:
            return row, before.id, before.write_id
        if before.told_at is not None or (row.is_left and before.write_id is not None):
            return row, None, None
        leave(tx, before.id, before.why or (row.why if row.is_left else "another note carries it"))
        if row.is_left:
            return row, None, None
    values = {"update_id": number, "ticket_id": row.local_id, "is_public": row.what is What.NOTE}
    note = tx.execute(
        insert(incident_notes).values(values | {"why": row.why if row.is_left else None}).returning(incident_notes.c.id)
    ).scalar_one()
    return row, None if row.is_left else note, None


def _note(tx: Tx, row: Row) -> Intent:
    """Return the note that a row is.

    Raises:
        WriteError: The ticket was closed meanwhile.
    """
    one = found(tx, row.external_id or "", row.connection, None)
    if row.what is What.NOTE and not one.row.is_open:
        raise WriteError(f"It is {one.row.status or 'done'}: it was closed meanwhile.")
    kind, visibility = _KINDS[row.what]
    return child_of(tx, one, kind, {"body": row.text}, None, visibility=visibility, reason="", request_id=None)


def _closing(tx: Tx, row: Row) -> Intent:
    """Return what closes a ticket.

    Raises:
        WriteError: It was closed meanwhile.
    """
    one = found(tx, row.external_id or "", row.connection, None)
    if not one.row.is_open:
        raise WriteError(f"It is {one.row.status or 'done'}: it was closed meanwhile.")
    wanted = status_given(tx, row.connection, StatusCategory.CLOSED) | {"resolution": row.text}
    return update_of(tx, one, wanted, None, reason="The major incident is over.", request_id=None)


def _carries(tx: Tx, write: StoredWrite, note_id: int) -> None:
    carried(tx, note_id, write.id)


def _nothing(tx: Tx, write: StoredWrite) -> None:
    """Keep nothing beside a proposal."""


def _as_it_stands(tx: Tx, row: Row, write_id: int) -> Row:
    write = outbox.get(tx, write_id)
    return replace(row, write=write_id, state=write.state, why=write.error or row.why)
