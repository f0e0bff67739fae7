"""Which claims are to be asked after at their manufacturers, and what a look that changed nothing brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.claims.tables.stored import CLAIMS, StoredClaim, select_claims
from servicedesk_core.store import audit
from servicedesk_core.store.schema import claims, outbox

NOT_KNOWN: Final = "the manufacturer does not know it by this id"
"""Why a look brought nothing when the manufacturer does not know the claim."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one claim brought, when it changed nothing.

    Attributes:
        id: The desk's number of the claim.
        next_at: When to ask again.
        problem: Why it brought nothing, if it did not.
    """

    id: int
    next_at: datetime
    problem: str | None = None


def looked(tx: Connection, looks: Sequence[Look], now: datetime) -> None:
    """Remember that claims were asked after."""
    if not looks:
        return
    audit.take_turn(tx)
    statement = (
        update(claims)
        .where(claims.c.id == bindparam("number"))
        .values(polled_at=now, poll_at=bindparam("next_at"), poll_problem=bindparam("problem"))
    )
    rows = [{"number": one.id, "next_at": one.next_at, "problem": one.problem} for one in looks]
    tx.execute(statement, rows)


def due(tx: Connection, connection: str, *, now: datetime | None, after: int, limit: int) -> list[StoredClaim]:
    """Return open claims of a connection that the manufacturer names, by number.

    Args:
        tx: A transaction.
        connection: Name of the connection.
        now: Only those that are to be asked after by now; ``None`` = all.
        after: Go on behind this number.
        limit: At most so many.
    """
    query = select_claims().where(*_is_due(connection, now), claims.c.id > after)
    return CLAIMS.all(tx, query.order_by(claims.c.id).limit(limit))


def count_due(tx: Connection, connection: str, *, now: datetime | None) -> int:
    """Return how many claims :func:`due` would return."""
    query = select(func.count()).select_from(claims).where(*_is_due(connection, now))
    return tx.execute(query).scalar_one()


def _is_due(connection: str, now: datetime | None) -> list[ColumnElement[bool]]:
    conditions = [claims.c.is_open, claims.c.connection == connection, claims.c.ref.is_not(None)]
    return conditions if now is None else [*conditions, claims.c.poll_at <= now]


def nameless(tx: Connection, connection: str) -> list[tuple[StoredClaim, int]]:
    """Return claims that a manufacturer accepted without naming them, with the numbers of the writes that sent them."""
    query = select_claims().where(
        claims.c.is_open, claims.c.connection == connection, claims.c.ref.is_(None), claims.c.submitted_at.is_not(None)
    )
    found: list[tuple[StoredClaim, int]] = []
    for claim in CLAIMS.all(tx, query.order_by(claims.c.id)):
        sent = select(func.max(outbox.c.id)).where(
            outbox.c.connection == connection,
            outbox.c.aggregate == f"claims:{claim.claim_id}",
            outbox.c.kind == "claims.submit",
            outbox.c.state == WriteState.CONFIRMED,
        )
        if (number := tx.execute(sent).scalar_one()) is not None:
            found.append((claim, number))
    return found
