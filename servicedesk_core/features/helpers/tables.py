"""Calls for help as they are kept, and who helps with a ticket."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select, update

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.helpers.model import CallState, HelpCall, Helper
from servicedesk_core.features.tickets import rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, help_calls, outbox, sources

_C: Final = help_calls.c
_T: Final = RECORDS["tickets"].c
_S: Final = RECORDS["secondary_resources"].c
_DEAD: Final = (WriteState.REJECTED.value, WriteState.DISCARDED.value)
"""States of a write with which nobody became a helper."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A call for help.

    Attributes:
        id: Its number.
        ticket_id: The desk's own number of the ticket.
        text: What help is wanted with.
        skills: Skills that were asked for besides.
        asked: The vendor's ids of who was asked.
        by: Who asked.
        at: When.
        until: Until when help is wanted.
        withdrawn_at: When it was withdrawn.
        given_at: When somebody took it up.
        given_by_ref: The vendor's id of who did.
        write_id: Number of the write that makes them a helper.
    """

    id: int
    ticket_id: int
    text: str
    skills: dict[str, int]
    asked: tuple[str, ...]
    by: str
    at: datetime
    until: datetime
    withdrawn_at: datetime | None = None
    given_at: datetime | None = None
    given_by_ref: str | None = None
    write_id: int | None = None

    @property
    def asker(self) -> str:
        """What people call who asked."""
        return self.by.removeprefix("user:")

    @property
    def key(self) -> str:
        """How the messages begin that tell of it."""
        return f"help:{self.id}"


_ROWS: Final = Rows(Kept, help_calls)


@dataclass(frozen=True, slots=True)
class Call:
    """A call for help, where it stands, and where its ticket is.

    Attributes:
        kept: The call.
        state: Where it stands.
        source_id: The desk's number of the ticket's connection.
        ref: The vendor's id of the ticket.
    """

    kept: Kept
    state: CallState
    source_id: int
    ref: str


def add(tx: Tx, values: dict[str, Any]) -> int:
    """Keep a call; return its number."""
    number: int = tx.execute(insert(help_calls).values(values).returning(_C.id)).scalar_one()
    return number


def calls(tx: Tx, now: datetime, *where: ColumnElement[bool]) -> Iterator[Call]:
    """Yield calls, what ends first before the others.

    Args:
        tx: Any transaction.
        now: The present instant.
        where: Which.
    """
    columns = _T.source_id, _T.external_id, _T.is_open, _T.gone_at, outbox.c.state
    query = (
        select(help_calls, *columns)
        .select_from(help_calls.join(RECORDS["tickets"], _T.local_id == _C.ticket_id))
        .outerjoin(outbox, outbox.c.id == _C.write_id)
    )
    for row in tx.execute(query.where(*where).order_by(_C.until, _C.id)):
        *own, source_id, ref, is_open, gone_at, state = row
        kept = Kept(*own)
        yield Call(kept, _state(kept, now, is_open=is_open and gone_at is None, write=state), source_id, ref)


def _state(kept: Kept, now: datetime, *, is_open: bool, write: str | None) -> CallState:
    if kept.given_at is not None and write not in _DEAD:
        return CallState.GIVEN
    if kept.withdrawn_at is not None:
        return CallState.WITHDRAWN
    if not is_open:
        return CallState.CLOSED
    return CallState.OPEN if now < kept.until else CallState.EXPIRED


def call_of(tx: Tx, number: int, now: datetime, scope: Scope | None) -> Call:
    """Return a call.

    Raises:
        NotFoundLocallyError: There is none that may be seen.
    """
    where = [_C.id == number, *seen(tx, scope)]
    found = next(calls(tx, now, *where), None)
    if found is None:
        raise NotFoundLocallyError(f"There is no call for help {number}.", hint="servicedesk helpers calls")
    return found


def seen(tx: Tx, scope: Scope | None) -> list[ColumnElement[bool]]:
    """Return what keeps calls to the tickets that a scope lets through."""
    return [] if scope is None else [Sight(tx, scope).require("tickets")]


def open_for(tx: Tx, source_id: int, ref: str, now: datetime, scope: Scope | None = None) -> tuple[HelpCall, ...]:
    """Return the open calls on which a technician was asked.

    Args:
        tx: Any transaction.
        source_id: The desk's number of the technician's connection.
        ref: The vendor's id of the technician.
        now: The present instant.
        scope: Only on tickets that it lets through.
    """
    found = [
        one
        for one in calls(tx, now, _C.until > now, *seen(tx, scope))
        if one.state is CallState.OPEN and one.source_id == source_id and ref in one.kept.asked
    ]
    return shown(tx, found)


def shown(tx: Tx, found: Sequence[Call]) -> tuple[HelpCall, ...]:
    """Return calls as lists show them."""
    rows, names = rows_by_id(tx, [one.kept.ticket_id for one in found]), Names(tx)
    for one in found:
        for ref in (*one.kept.asked, one.kept.given_by_ref):
            names.want(one.source_id, "technicians", ref)

    def called(one: Call, ref: str) -> str:
        return names.of(one.source_id, "technicians", ref) or ref

    return tuple(
        HelpCall(
            number=kept.id,
            ticket=row.ticket,
            connection=row.connection,
            title=row.title,
            client=row.company,
            priority=row.priority,
            text=kept.text,
            skills=tuple(f"{name} {level}" for name, level in sorted(kept.skills.items())),
            by=kept.asker,
            at=kept.at,
            until=kept.until,
            asked=tuple(called(one, ref) for ref in kept.asked),
            state=one.state,
            given_by=called(one, kept.given_by_ref) if one.state is CallState.GIVEN and kept.given_by_ref else None,
        )
        for one in found
        for kept, row in ((one.kept, rows[one.kept.ticket_id]),)
    )


def withdraw(tx: Tx, number: int, at: datetime) -> None:
    """Keep that a call was withdrawn."""
    tx.execute(update(help_calls).where(_C.id == number).values(withdrawn_at=at))


def give(tx: Tx, call: Call, technician_ref: str, write_id: int, at: datetime) -> bool:
    """Keep that somebody takes a call up; return whether nobody else did meanwhile."""
    kept = call.kept
    same = _C.write_id.is_(None) if kept.write_id is None else _C.write_id == kept.write_id
    taken = update(help_calls).where(_C.id == kept.id, same, _C.withdrawn_at.is_(None))
    values = {"given_at": at, "given_by_ref": technician_ref, "write_id": write_id}
    return tx.execute(taken.values(**values)).rowcount == 1


def helpers_of(tx: Tx, source_id: int, ticket_ref: str) -> list[Helper]:
    """Return who helps with a ticket, as of the last sync and of what was written since."""
    query = select(_S.external_id, _S.technician_ref, _S.role_ref, sources.c.name).join(
        sources, sources.c.id == _S.source_id
    )
    query = query.where(_S.source_id == source_id, _S.ticket_ref == ticket_ref, _S.gone_at.is_(None))
    rows, names = tx.execute(query.order_by(_S.local_id)).all(), Names(tx)
    for row in rows:
        names.want(source_id, "technicians", row.technician_ref)
        names.want(source_id, "roles", row.role_ref)
    return [
        Helper(
            technician=names.of(source_id, "technicians", row.technician_ref) or row.technician_ref or "nobody known",
            technician_ref=row.technician_ref,
            role=names.of(source_id, "roles", row.role_ref),
            helper=row.external_id,
            connection=row.name,
        )
        for row in rows
    ]


def refs(found: Iterable[Helper]) -> frozenset[str]:
    """Return the vendor's ids of helpers."""
    return frozenset(one.technician_ref for one in found if one.technician_ref is not None)
