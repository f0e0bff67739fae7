"""Declaring a major incident, and which tickets stand under it."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final

from sqlalchemy import insert, update

from servicedesk_core.domain import Priority, StatusCategory, Ticket
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Awaited, Help, Manner
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.incidents import planning
from servicedesk_core.features.incidents.carrying import act, planned, propose, sent, shows_problems, trail
from servicedesk_core.features.incidents.kinds import UPDATES, IncidentUpdates
from servicedesk_core.features.incidents.model import Done, Plan, Row, What
from servicedesk_core.features.incidents.notes import take_out
from servicedesk_core.features.incidents.queries import NUMBER
from servicedesk_core.features.incidents.tables import STANDS, Whole, incident, own_company, stands_under
from servicedesk_core.features.incidents.telling import Telling
from servicedesk_core.features.tickets import (
    CREATE,
    WHERE,
    found,
    priority_given,
    status_given,
    update_of,
)
from servicedesk_core.outbox.values import known
from servicedesk_core.store import Tx, audit, sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import incident_links, incidents
from servicedesk_core.wording import counted

TICKETS = Annotated[tuple[str, ...], Help("Tickets of clients, by number or id.", name="ticket", names="tickets.show")]
PARENT = Annotated[
    str | None, Help("A ticket of our own company to stand above them; else one is made.", names="tickets.show")
]
_LONGEST_MIN: Final = 24 * 60


def _declares(plan: Plan, *_: Any, **__: Any) -> str:
    return f'Declare "{plan.title}" over {counted(plan.many - 1, "ticket")}?'


def _links(plan: Plan, *_: Any, **__: Any) -> str:
    return f'Put {counted(plan.many, "ticket")} under "{plan.title}"?' if plan.many else ""


def _unlinks(plan: Plan, *_: Any, **__: Any) -> str:
    return f'Take {counted(plan.many, "ticket")} out of "{plan.title}"?' if plan.many else ""


class Incidents(Telling[Manner]):
    """Major incidents: many clients' tickets under one of our own, and what all of these clients are told."""

    @act(
        "incidents.declare",
        title="Declare a major incident",
        preview=lambda of, title, **said: planned(
            of.desk, partial(planning.declare_plan, desk=of.desk, title=title, **said)
        ),
        asks=_declares,
    )
    async def declare(
        self: "Incidents[Awaited]",
        title: Annotated[str, Help("What it is; our own ticket has it as its title.")],
        *,
        tickets: TICKETS = (),
        parent: PARENT = None,
        priority: Annotated[Priority, Help("How urgent it is.")] = Priority.P1,
        owner: Annotated[str | None, Help("Who looks after it [default: you].")] = None,
        every_min: Annotated[
            int | None,
            Help(
                "Clients are told so often, in minutes [default: as definitions say].",
                name="every",
                between=(5, _LONGEST_MIN),
            ),
        ] = None,
        queue: Annotated[
            str | None,
            Help("Queue of our own ticket [default: that of the first ticket].", names="tickets.words queues"),
        ] = None,
        connection: WHERE = None,
        shown: Plan | None = None,
    ) -> Done:
        """Declare a major incident over tickets of clients. After you agreed, this changes an outside system.

        They stand under a ticket of our own company, which no client reads. A ticket stands under one open incident
        only. Where the vendor shows to which problem a ticket belongs, it is told; else the desk alone knows.

        Args:
            title: What it is.
            tickets: Those of clients that it is about.
            parent: Our own ticket above them.
            priority: How urgent it is.
            owner: Who looks after it.
            every_min: How often clients are told, in minutes.
            queue: In which queue our ticket is made; else in that of the first ticket.
            connection: Where it is made, if several could have it.
            shown: What somebody has seen and agreed to: nothing else is done.

        Raises:
            WriteError: No company is our own, the ticket above them is a client's, there is such an incident, or none
                of the tickets can stand under it.
            NotFoundLocallyError: There is no such ticket above them, or no such queue.
            WriteNotGrantedError: The configuration does not grant it.
            SettingsError: There is no such person, or no title.
        """
        make = partial(
            planning.declare_plan,
            desk=self.desk,
            title=title,
            tickets=tickets,
            parent=parent,
            owner=owner,
            queue=queue,
            connection=connection,
        )
        plan = shown or await planned(self.desk, make)
        above, *rows = plan.rows
        said = {"title": plan.title, "priority": priority.value, "owner": planning.owner_of(self.desk, owner)}
        kept: list[Row] = []

        def keep(tx: Tx, write: StoredWrite | None) -> int:
            audit.take_turn(tx)
            planning.ensure_new(tx, plan.title)
            kept[:] = self._still(tx, rows)
            of = in_force(tx, UPDATES, self.desk.clock.now())
            every = timedelta(minutes=every_min) if every_min else (of[0] if of else IncidentUpdates()).of(priority)
            head = said | {
                "source_id": sources.get(tx, above.connection).id,
                "ticket_ref": above.external_id,
                "write_id": write and write.id,
                "every_s": round(every.total_seconds()),
                "declared_by": self.desk.actor.name,
                "declared_at": self.desk.clock.now(),
            }
            number: int = tx.execute(insert(incidents).values(head).returning(incidents.c.id)).scalar_one()
            self._link(tx, number, kept)
            trail(tx, self.desk, number, "declared", **said)
            return number

        if above.local_id is not None:
            number = await self.desk.store.write(lambda tx: keep(tx, None))
        else:
            into = partial(planning.queue_of, connection=above.connection, rows=rows, queue=queue)
            number, above = await self._made(above, keep, priority, into)
        (above,) = await sent(self.desk, [above], agreed=shown is not None)
        told = await self._told(number, kept)
        return Done(number, plan.title, (above, *await sent(self.desk, told, agreed=shown is not None)))

    @act(
        "incidents.link",
        title="Put tickets under it",
        preview=lambda of, number, tickets=(), **said: planned(
            of.desk, partial(planning.link_plan, number=number, tickets=tickets, **said)
        ),
        asks=_links,
    )
    async def link(
        self: "Incidents[Awaited]",
        number: NUMBER,
        tickets: TICKETS = (),
        *,
        suggested: Annotated[bool, Help("All that `incidents candidates` suggests.", instead_of="tickets")] = False,
        parent: Annotated[
            str | None,
            Help("A ticket of our own company to stand above them, where the one was not made.", names="tickets.show"),
        ] = None,
        connection: WHERE = None,
        shown: Plan | None = None,
    ) -> Done:
        """Put tickets of clients under a major incident. After you agreed, this can change an outside system.

        Without tickets the vendor is told of those that it does not show under it yet.

        Args:
            number: Number of the incident.
            tickets: Those of clients.
            suggested: All that may belong to it.
            parent: Our own ticket above them, in place of one that was refused, discarded, or deleted by the vendor.
            connection: Where they are, if several have them.
            shown: What somebody has seen and agreed to: nothing else is done.

        Raises:
            NotFoundLocallyError: There is no such incident, or no such ticket above it.
            WriteError: It is closed; or has a ticket of our own, or waits for it.
        """
        make = partial(
            planning.link_plan,
            number=number,
            tickets=tickets,
            suggested=suggested,
            parent=parent,
            connection=connection,
        )
        plan = shown or await planned(self.desk, make)
        above = tuple(row for row in plan.rows if row.what is What.PARENT)
        below = [row for row in plan.rows if row not in above]

        def keep(tx: Tx) -> list[Row]:
            audit.take_turn(tx)
            one = planning.open_incident(tx, number)
            for row in above:
                planning.new_parent(tx, one, row.external_id or "")  # somebody may have named one meanwhile
                head = {"ticket_ref": row.external_id, "write_id": None}
                tx.execute(update(incidents).where(incidents.c.id == number).values(head))
                trail(tx, self.desk, number, "parent_named", ticket=row.ticket)
            before = {each.local_id for each in one.standing}
            still = self._still(tx, [row for row in below if row.local_id not in before])
            self._link(tx, number, still)
            if ids := [row.ticket for row in still if not row.is_left]:
                trail(tx, self.desk, number, "linked", tickets=ids)
            return [*still, *(row for row in below if row.local_id in before)]

        told = await self._told(number, await self.desk.store.write(keep))
        return Done(number, plan.title, (*above, *await sent(self.desk, told, agreed=shown is not None)))

    @act(
        "incidents.unlink",
        title="Take tickets out",
        preview=lambda of, number, tickets, *, connection=None, **_: planned(
            of.desk, lambda tx: planning.unlink_plan(tx, number, tickets, connection)
        ),
        asks=_unlinks,
    )
    async def unlink(
        self: "Incidents[Awaited]",
        number: NUMBER,
        tickets: TICKETS,
        *,
        connection: WHERE = None,
        shown: Plan | None = None,
    ) -> Done:
        """Take tickets out of a major incident that do not belong to it. This can change an outside system.

        Args:
            number: Number of the incident.
            tickets: Those of clients.
            connection: Where they are, if several have them.
            shown: What somebody has seen and agreed to: nothing else is done.

        Raises:
            NotFoundLocallyError: There is no such incident.
            WriteError: It is closed.
        """
        plan = shown or await planned(self.desk, lambda tx: planning.unlink_plan(tx, number, tickets, connection))
        out = [row.local_id for row in plan.rows if row.local_id is not None and not row.is_left]
        stopped: dict[int, str] = {}

        def keep(tx: Tx) -> Whole:
            audit.take_turn(tx)
            one = planning.open_incident(tx, number)
            stopped.update(take_out(tx, number, out, actor=self.desk.actor.name, now=self.desk.clock.now()))
            trail(tx, self.desk, number, "unlinked", tickets=[row.ticket for row in plan.rows if not row.is_left])
            return one

        before = await self.desk.store.write(keep)
        shows = {one.local_id for one in before.tickets if one.at_vendor}
        rows = [replace(row, why=stopped.get(row.local_id or 0, row.why)) for row in plan.rows]
        rows = [
            await propose(self.desk, row, partial(_under, ref=None), lambda *_: None) if row.local_id in shows else row
            for row in rows
        ]
        return Done(number, plan.title, await sent(self.desk, rows, agreed=shown is not None))

    async def _made(
        self: "Incidents[Awaited]",
        above: Row,
        keep: Callable[[Tx, StoredWrite], int],
        priority: Priority,
        queue: Callable[[Tx], dict[str, Any]],
    ) -> tuple[int, Row]:
        """Propose our own ticket, and keep the incident with it."""
        number = 0

        def make(tx: Tx, row: Row) -> Intent:
            values = {"title": row.text, "company_ref": own_company(tx, row.connection)} | queue(tx)
            values |= priority_given(priority.value) | status_given(tx, row.connection, StatusCategory.NEW)
            about = f"tickets:new:{uuid.uuid4().hex}"
            return Intent(row.connection, CREATE, about, row.text, known(values, Ticket), visibility="internal")

        def also(tx: Tx, write: StoredWrite) -> None:
            nonlocal number
            number = keep(tx, write)

        made = await propose(self.desk, above, make, also)
        if made.is_left:
            hint = "Say --queue, or name a ticket of our own with --parent."
            raise WriteError(made.why, hint=hint)
        return number, made

    def _still(self, tx: Tx, rows: Sequence[Row]) -> list[Row]:
        """Return rows with those left that somebody put under another incident meanwhile."""
        taken = stands_under(tx, [row.local_id for row in rows if row.local_id is not None and not row.is_left])
        return [
            replace(row, is_left=True, why=f"it stands under incident {taken[row.local_id]}")
            if row.local_id in taken
            else row
            for row in rows
        ]

    def _link(self, tx: Tx, number: int, rows: Sequence[Row]) -> None:
        link = {"incident_id": number, "linked_by": self.desk.actor.name, "linked_at": self.desk.clock.now()}
        links = [link | {"ticket_id": row.local_id} for row in rows if not row.is_left]
        if links:
            tx.execute(insert(incident_links), links)

    async def _told(self: "Incidents[Awaited]", number: int, rows: Sequence[Row]) -> list[Row]:
        """Propose to tell the vendor under what tickets stand, where it shows that."""
        one = await self.desk.store.read(lambda tx: incident(tx, number))
        why = await shows_problems(self.desk, one.head.connection)
        if one.head.parent_ref is None and not why:
            why = f"{planning.not_made(one)}; link the incident again once it is there"
        if one.is_gone:
            why = "the vendor has our ticket no more"
        return [row if row.is_left else await self._told_of(one, row, why) for row in rows]

    async def _told_of(self: "Incidents[Awaited]", one: Whole, row: Row, why: str) -> Row:
        if row.connection != one.head.connection:
            why = "our ticket is at another connection"
        if why:
            return replace(row, why=f"the desk alone knows it: {why}")

        def also(tx: Tx, write: StoredWrite) -> None:
            mine = (incident_links.c.incident_id == one.head.id, incident_links.c.ticket_id == row.local_id, STANDS)
            tx.execute(update(incident_links).where(*mine).values(write_id=write.id))

        done = await propose(self.desk, row, partial(_under, ref=one.head.parent_ref), also)
        if done.is_left:  # the link itself holds
            return replace(row, why=f"the desk alone knows it: {done.why}")
        return done


def _under(tx: Tx, row: Row, ref: str | None) -> Intent:
    one = found(tx, row.external_id or "", row.connection, None)
    return update_of(tx, one, {"problem_ref": ref}, None, reason="Major incident", request_id=None)
