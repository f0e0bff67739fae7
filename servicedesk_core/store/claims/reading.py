"""Claims as they stand in the store, with where their writes stand."""

from typing import Any

from sqlalchemy import Connection, Select, select

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import audit
from servicedesk_core.store.claims.model import HistoryEntry, StoredClaim, entry_from_row, from_row
from servicedesk_core.store.schema import claim_events, claims, outbox

_LONGEST_NUMBER = 18

_LIST_HINT = "`servicedesk claims list --all` shows them."


def by_number(tx: Connection, number: int) -> StoredClaim:
    """Return a claim by the desk's own number.

    Raises:
        NotFoundLocallyError: There is none.
    """
    if found := select_claims(tx, select(claims).where(claims.c.id == number)):
        return found[0]
    message = f"The store holds no claim number {number}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


def get(tx: Connection, key: str) -> StoredClaim:
    """Return a claim by our id, else by its number, else by the manufacturer's id.

    Raises:
        NotFoundLocallyError: There is none, or several carry the manufacturer's id.
    """
    conditions = [claims.c.claim_id == key.upper(), claims.c.ref == key]
    if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_NUMBER:
        conditions.insert(1, claims.c.id == int(key))
    for condition in conditions:
        found = select_claims(tx, select(claims).where(condition))
        if len(found) == 1:
            return found[0]
        if found:
            message = f"{len(found)} claims carry the id {key}."
            raise NotFoundLocallyError(message, hint=_LIST_HINT)
    message = f"The store holds no claim {key}."
    raise NotFoundLocallyError(message, hint=_LIST_HINT)


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


def select_claims(tx: Connection, query: Select[Any]) -> list[StoredClaim]:
    """Return the claims of a query over their table, with where their writes stand."""
    rows = list(tx.execute(query).mappings())
    numbers = [row["sent_as"] for row in rows if row["sent_as"] is not None]
    states: dict[int, str] = {}
    for start in range(0, len(numbers), 500):
        some = select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_(numbers[start : start + 500]))
        states.update((number, state) for number, state in tx.execute(some))
    return [from_row(row, states.get(row["sent_as"]) if row["sent_as"] else None) for row in rows]


def history(tx: Connection, claim: StoredClaim) -> list[HistoryEntry]:
    """Return everything that happened to a claim, in the order in which the desk learned of it."""
    query = select(claim_events).where(claim_events.c.claim == claim.id).order_by(claim_events.c.id)
    return [entry_from_row(row) for row in tx.execute(query).mappings()]


def refs(tx: Connection, connection: str, *, but: int) -> frozenset[str]:
    """Return the manufacturer's ids that belong to other claims of a connection."""
    query = select(claims.c.ref).where(claims.c.connection == connection, claims.c.ref.is_not(None), claims.c.id != but)
    return frozenset(tx.execute(query).scalars())


def unapplied(tx: Connection) -> list[StoredClaim]:
    """Return claims whose write was finished by somebody else than its sender: a person, or before a crash."""
    finished = ("confirmed", "rejected", "discarded")
    query = select(claims).join(outbox, outbox.c.id == claims.c.sent_as).where(outbox.c.state.in_(finished))
    return select_claims(tx, query)
