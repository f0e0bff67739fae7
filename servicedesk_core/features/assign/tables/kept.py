"""Choices as they are kept: with everybody who could have taken the ticket, and who could not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.errors import WriteError
from servicedesk_core.features.assign.choosing import Choice
from servicedesk_core.features.assign.tables.wanted import SHOWS, version_of
from servicedesk_core.features.tickets import UPDATE
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, assignments, outbox

_T = RECORDS["tickets"].c
_P = RECORDS["technicians"].c
_O = outbox.c


@dataclass(frozen=True, slots=True)
class Kept:
    """A choice.

    Attributes:
        write_id: Number of the write that gives the ticket away.
        at: When that was proposed.
        actor: By whom.
        source_id: The desk's number of the connection.
        ticket_ref: The vendor's id of the ticket.
        queue: Its queue then.
        technician_ref: Who was chosen.
        recommended_ref: Who came first.
        score: What who was chosen came to.
        ranking: Who could take it, the best first.
        refused: Who could not.
        reason: Why, as whoever chose said it.
    """

    write_id: int
    at: datetime
    actor: str
    source_id: int
    ticket_ref: str
    queue: str | None
    technician_ref: str | None
    recommended_ref: str | None
    score: Decimal | None
    ranking: tuple[Any, ...]
    refused: tuple[Any, ...]
    reason: str


ROWS: Final = Rows(Kept, assignments)


def keep(tx: Tx, choice: Choice, write: StoredWrite, *, actor: str, at: datetime, reason: str) -> None:
    """Keep a choice with the write that was proposed for it.

    Raises:
        WriteError: Another write gives the same ticket away already; then neither is stored.
    """
    ensure_alone(tx, write)
    put(tx, choice, write, actor=actor, at=at, reason=reason)


def put(tx: Tx, choice: Choice, write: StoredWrite, *, actor: str, at: datetime, reason: str) -> None:
    """Keep a choice with its write, which may be sent by now, whatever else is proposed."""
    ticket, ranked = choice.asked.ticket, choice.ranking.ranked
    kept = Kept(
        write_id=write.id,
        at=at,
        actor=actor,
        source_id=choice.asked.wanted.source_id,
        ticket_ref=ticket.ref,
        queue=ticket.of.get("queue"),
        technician_ref=choice.taker.key[1] if choice.taker else None,
        recommended_ref=ranked[0].who.id if ranked else None,
        score=choice.score,
        ranking=tuple(
            {
                "technician": one.who.id,
                "score": str(one.score),
                "parts": {part.value: str(each) for part, each in one.parts.items()},
            }
            for one in ranked
        ),
        refused=tuple({"technician": one.who.id, "reasons": list(one.reasons)} for one in choice.ranking.refused),
        reason=reason,
    )
    tx.execute(assignments.insert().values(ROWS.values(kept)))


def ensure_alone(tx: Tx, write: StoredWrite) -> None:
    """Refuse a write where another one is to give the same ticket away.

    Raises:
        WriteError: There is one that was not decided, or has not come back.
    """
    if other := next(rivals(tx, write), None):
        text = f"Write {other.number} of {other.proposed_by} gives it away already."
        raise WriteError(text, hint=f"`servicedesk writes show {other.number}` shows it; discard it, or let it be.")


class Rival(NamedTuple):
    """A write that gives a ticket away, and was not decided, or has not come back.

    Attributes:
        number: Its number.
        proposed_by: Who proposed it.
        request_id: The caller's own id of it.
        key: Connection and vendor's id of the ticket.
    """

    number: int
    proposed_by: str
    request_id: str | None
    key: tuple[str, str | None]


def rivals(tx: Tx, write: StoredWrite | None = None) -> Iterator[Rival]:
    """Yield the writes under way that give tickets away; of one write those that give the same ticket away."""
    where = [_O.state.in_(UNFINISHED), _O.kind == UPDATE]
    if write is not None:
        same = _O.connection == write.connection, _O.aggregate == write.aggregate
        where += [*same, _O.id != write.id]
    columns = _O.id, _O.proposed_by, _O.request_id, _O.connection, _O.target, _O.new_values
    for number, proposed_by, request_id, connection, target, values in tx.execute(select(*columns).where(*where)):
        if "assignee_ref" in values:
            yield Rival(number, proposed_by, request_id, (connection, target))


def is_as_it_was(tx: Tx, choice: Choice) -> bool:
    """Whether a ticket shows what it showed when it was decided who takes it, and whoever does still works here."""
    columns = [_T[name] for name in SHOWS]
    shows = tx.execute(select(*columns).where(_T.local_id == choice.asked.ticket.local_id)).one()
    is_there = choice.taker is None or is_here(tx, choice.taker.key)
    return is_there and version_of(shows) == choice.asked.version


def is_here(tx: Tx, key: tuple[int, str]) -> bool:
    """Whether a technician still works here, as far as the store knows."""
    query = select(_P.is_active, _P.gone_at).where(_P.source_id == key[0], _P.external_id == key[1])
    found = tx.execute(query).one_or_none()
    return found is not None and found.is_active is not False and found.gone_at is None
