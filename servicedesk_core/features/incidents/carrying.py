"""Acts on major incidents: shown first, carried through the outbox, each row for itself."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ServiceDeskError, WriteError
from servicedesk_core.faces import previewed
from servicedesk_core.features.incidents.model import Done, Plan, Row, What
from servicedesk_core.features.tickets import UPDATE
from servicedesk_core.features.writes import ProposingDesk, code_of, proposed
from servicedesk_core.store import Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite

_PAGES: Final = "servicedesk_core.features.incidents.pages"
_ASKED_FOR: Final = frozenset({What.LINK, What.UNLINK})
"""What somebody names tickets for: one with which nothing is done is a failure."""
OF_ALL: Final = "an incident is of many clients"


def _fails(done: Done) -> int:
    decided = [row for row in done if row.state is not WriteState.PROPOSED]
    codes = [code_of(row.state, None) for row in decided if row.state is not None]
    is_refused = any(row.has_failed or (row.is_left and row.what in _ASKED_FOR) for row in done)
    return max([*codes, WriteError.exit_code if is_refused else 0])


act: Final = partial(
    previewed,
    needs=Capability.INCIDENTS,
    shows=f"{_PAGES}:plan",
    tells=lambda done: done.told,
    fails=_fails,
    page=f"{_PAGES}:done",
    unscoped=OF_ALL,
    about="What was done, with what became of each ticket.",
)
"""Declare an act on an incident."""


async def planned(desk: ProposingDesk, make: Callable[[Tx], Plan]) -> Plan:
    """Return what an act would do, to who may do it."""
    desk.permitted(Capability.TICKETS_WRITE, "tickets.write")
    return await desk.store.read(make)


def trail(tx: Tx, desk: ProposingDesk, number: int, what: str, **details: Any) -> None:
    """Keep in the audit trail what was done with an incident."""
    audit.append(
        tx, at=desk.clock.now(), actor=str(desk.actor), action=f"incident.{what}", entity=f"incident:{number}",
        after=details,
    )  # fmt: skip


Make = Callable[[Tx, Row], Intent]
Also = Callable[[Tx, StoredWrite], None]


async def propose(desk: ProposingDesk, row: Row, make: Make, also: Also, request_id: str | None = None) -> Row:
    """Propose what is done with a ticket; one of which that cannot be says why.

    Args:
        desk: The desk.
        row: The ticket.
        make: Returns what is wanted, from what the store shows now.
        also: Stores what belongs to it, in the same transaction.
        request_id: Id of the act: a second one with it is the first.
    """
    desk.permitted(Capability.TICKETS_WRITE, "tickets.write")

    async def intended() -> Intent:
        return replace(await desk.store.read(lambda tx: make(tx, row)), request_id=request_id)

    try:
        view = await proposed(desk, intended, request_id, None, send=False, also=also)
    except ServiceDeskError as error:
        return replace(row, is_left=True, has_failed=True, why=error.message)
    return replace(row, write=view.id, state=view.state)


async def sent(desk: ProposingDesk, rows: Iterable[Row], *, agreed: bool) -> tuple[Row, ...]:
    """Approve and send what rows propose, where whoever acts may, and say where each stands then.

    Args:
        desk: The desk.
        rows: The rows.
        agreed: Whether somebody was shown all of them and agreed: then sending does not stop among them to ask.
    """
    several = tuple(rows)
    waiting = [row.write for row in several if row.write is not None and row.state is WriteState.PROPOSED]
    why = ""
    if waiting and desk.may(Capability.WRITES_APPROVE):
        try:
            await desk.outbox.approve_own(waiting, send=True, agreed=agreed)
        except ServiceDeskError as error:
            why = error.message
    after = await desk.store.read(partial(_standing, numbers=[row.write for row in several if row.write is not None]))
    return tuple(_after(row, after, why) for row in several)


def _after(row: Row, after: Mapping[int, StoredWrite], why: str) -> Row:
    if row.write is None:
        return row
    write = after[row.write]
    said = write.error or (why if write.state is WriteState.PROPOSED else "")
    return replace(row, state=write.state, why="; ".join(filter(None, (row.why, said))))


def _standing(tx: Tx, numbers: Collection[int]) -> dict[int, StoredWrite]:
    return {number: outbox.get(tx, number) for number in numbers}


async def shows_problems(desk: ProposingDesk, connection: str) -> str:
    """Return why a ticket's vendor cannot be told what it stands under; empty = it can.

    Args:
        desk: The desk.
        connection: The ticket's connection.
    """
    try:
        desk.outbox.grants.ensure(connection, UPDATE)
        can = await desk.outbox.capability(connection, UPDATE)
    except ServiceDeskError as error:
        return error.message
    if can is not None and can.fields and "problem_ref" not in can.fields:
        return "its vendor takes no such link"
    return ""
