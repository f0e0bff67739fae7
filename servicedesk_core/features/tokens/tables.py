"""What is kept of tokens: their digests, and never they themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, update

from servicedesk_core import bearer
from servicedesk_core.bearer import digest_of
from servicedesk_core.capabilities import Capability
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import api_tokens

PREFIX: Final = "sdk_"
"""By which scanners of secrets know them."""

_EXACT_TO: Final = timedelta(minutes=5)
"""A use that comes so soon after the last one is not kept again: a busy program would write at each request."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A token as it is kept.

    Attributes:
        id: The desk's own number.
        name: What it is for.
        person: Whose rights it has a part of, as an actor's name.
        capabilities: What it may of that; none = all of it.
        made_at: When it was made.
        made_by: Who made it.
        expires_at: When it ends.
        last_used_at: When it was shown last, to some minutes.
        revoked_at: When it was revoked.
        revoked_by: Who revoked it.
    """

    id: int
    name: str
    person: str
    capabilities: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who shows a token, and what they may by it.

    Attributes:
        id: The desk's number of the token.
        person: Whose rights it has a part of, as an actor's name.
        capabilities: What it may of that; ``None`` = all of it.
        expires_at: When it ends.
        last_used_at: When it was shown last, to some minutes.
    """

    id: int
    person: str
    capabilities: frozenset[Capability] | None
    expires_at: datetime
    last_used_at: datetime | None


_ROWS = Rows(Kept, api_tokens)


def tokens(tx: Tx) -> list[Kept]:
    """Return all that were ever made."""
    return _ROWS.all(tx, _ROWS.select().order_by(api_tokens.c.id))


def token(tx: Tx, number: int) -> Kept | None:
    """Return one; ``None`` = there is none of that number."""
    return _ROWS.one(tx, _ROWS.select().where(api_tokens.c.id == number))


def add(
    tx: Tx, *, name: str, person: str, capabilities: tuple[str, ...], made_at: datetime, made_by: str, ends: datetime
) -> tuple[int, str]:
    """Make a token, and return its number and it: 256 random bits, of which the digest is kept."""
    made = PREFIX + bearer.made()
    added = insert(api_tokens).values(
        digest=digest_of(made),
        name=name,
        person=person,
        capabilities=capabilities,
        made_at=made_at,
        made_by=made_by,
        expires_at=ends,
    )
    return int(tx.execute(added.returning(api_tokens.c.id)).scalar_one()), made


def revoke(tx: Tx, number: int, *, at: datetime, by: str) -> None:
    """Let a token open nothing any more."""
    tx.execute(update(api_tokens).where(api_tokens.c.id == number).values(revoked_at=at, revoked_by=by))


def revoke_all(tx: Tx, person: str, *, at: datetime, by: str) -> int:
    """Let no token of a person open anything any more, and return how many did.

    Args:
        tx: A write transaction.
        person: Whose, as an actor's name.
        at: Since when.
        by: Who says so.
    """
    of = api_tokens.c
    valid = update(api_tokens).where(of.person == person, of.revoked_at.is_(None), of.expires_at > at)
    return tx.execute(valid.values(revoked_at=at, revoked_by=by)).rowcount


def valid_by_person(tx: Tx, at: datetime) -> dict[str, int]:
    """Return how many tokens of each person open something, by the person as an actor's name."""
    of = api_tokens.c
    query = select(of.person, func.count().label("number")).where(of.revoked_at.is_(None), of.expires_at > at)
    return {row.person: row.number for row in tx.execute(query.group_by(of.person))}


def bearer_of(tx: Tx, shown: str, at: datetime) -> Bearer | None:
    """Return who shows a token; ``None`` = it is none of ours, has ended, or was revoked."""
    of = api_tokens.c
    query = select(of.id, of.person, of.capabilities, of.expires_at, of.last_used_at)
    query = query.where(of.digest == digest_of(shown), of.revoked_at.is_(None), of.expires_at > at)
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    known = {one.value: one for one in Capability}
    only = frozenset(known[word] for word in row.capabilities if word in known) if row.capabilities else None
    return Bearer(row.id, row.person, only, row.expires_at, row.last_used_at)


def is_worth_keeping(bearer: Bearer, at: datetime) -> bool:
    """Whether a use tells more than the one that is kept."""
    return bearer.last_used_at is None or at - bearer.last_used_at >= _EXACT_TO


def note_use(tx: Tx, bearer: Bearer, at: datetime) -> None:
    """Keep when a token was shown."""
    tx.execute(update(api_tokens).where(api_tokens.c.id == bearer.id).values(last_used_at=at))
