"""Claims as they stand in the store, with where their writes stand."""

from typing import Final

from sqlalchemy import Connection, select

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.claims.model import HistoryEntry
from servicedesk_core.features.claims.tables.stored import CLAIMS, HISTORY, StoredClaim, select_claims
from servicedesk_core.store import audit
from servicedesk_core.store.queries.ownership import own_claims
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import claim_events, claims, outbox

FINISHED: Final = (WriteState.CONFIRMED, WriteState.REJECTED, WriteState.DISCARDED)
"""States of a write whose end a claim that still names it has not been told."""

_LONGEST_NUMBER = 18

_LIST_HINT = "`servicedesk claims list --all` shows them."


def by_number(tx: Connection, number: int) -> StoredClaim:
    """Return a claim by the desk's own number.

    Raises:
        NotFoundLocallyError: There is none.
    """
    if found := CLAIMS.one(tx, select_claims().where(claims.c.id == number)):
        return found
    message = f"The store holds no claim number {number}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


def get(tx: Connection, key: str, scope: Scope | None = None) -> StoredClaim:
    """Return a claim by our id, else by its number, else by the manufacturer's id.

    What a scope does not let through is answered like what is not there.

    Raises:
        NotFoundLocallyError: There is none, or several carry the manufacturer's id.
    """
    seen = () if scope is None else (own_claims(Sight(tx, scope)),)
    conditions = [claims.c.claim_id == key.upper(), claims.c.ref == key]
    if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_NUMBER:
        conditions.insert(1, claims.c.id == int(key))
    for condition in conditions:
        found = CLAIMS.all(tx, select_claims().where(condition, *seen))
        if len(found) == 1:
            return found[0]
        if found:
            message = f"{len(found)} claims carry the id {key}."
            raise NotFoundLocallyError(message, hint=_LIST_HINT)
    message = f"The store holds no claim {key}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


def claim_of(tx: Connection, key: str, scope: Scope | None = None) -> int:
    """Return the desk's number of a claim; raises as :func:`get` does."""
    return get(tx, key, scope).id


def locked(tx: Connection, claim_id: str) -> StoredClaim:
    """Return a claim that nobody else can change until the transaction ends.

    Args:
        tx: A write transaction.
        claim_id: Our id of the claim.

    Raises:
        NotFoundLocallyError: There is none.
    """
    audit.take_turn(tx)
    number = tx.execute(select(claims.c.id).where(claims.c.claim_id == claim_id).with_for_update()).scalar_one_or_none()
    if number is None:
        message = f"The store holds no claim {claim_id}."
        raise NotFoundLocallyError(message)
    return by_number(tx, number)


def history(tx: Connection, claim: StoredClaim) -> list[HistoryEntry]:
    """Return everything that happened to a claim, in the order in which the desk learned of it."""
    query = HISTORY.select().where(claim_events.c.claim == claim.id).order_by(claim_events.c.id)
    return HISTORY.all(tx, query)


def refs(tx: Connection, connection: str, *, but: int) -> frozenset[str]:
    """Return the manufacturer's ids that belong to other claims of a connection."""
    query = select(claims.c.ref).where(claims.c.connection == connection, claims.c.ref.is_not(None), claims.c.id != but)
    return frozenset(tx.execute(query).scalars())


def unapplied(tx: Connection) -> list[StoredClaim]:
    """Return claims whose write was finished by somebody else than its sender: a person, or before a crash."""
    return CLAIMS.all(tx, select_claims().where(outbox.c.state.in_(FINISHED)))
