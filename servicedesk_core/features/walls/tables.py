"""What is kept of wall screens: digests of their links and cookies, and never they themselves."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, select, update

from servicedesk_core import bearer
from servicedesk_core.bearer import digest_of
from servicedesk_core.config.people import Colleague
from servicedesk_core.features.walls.model import WallState
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import walls

LONGEST: Final = timedelta(days=90)
"""So long a wall screen lasts at most."""

OPENS_FOR: Final = timedelta(days=3)
"""How long its link waits to be opened: over a weekend."""

_EXACT_TO: Final = timedelta(minutes=5)
"""A use that comes so soon after the last one is not kept again: a screen asks all day."""

_RIGHTS: Final = {"roles", "connection", "companies", "queues", "technician"}
"""What decides what a person sees: a wall screen ends when it changes, so that it never outlives it."""

People = Mapping[str, Colleague]
"""The people of a desk by name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A wall screen as it is kept.

    Attributes:
        id: The desk's own number.
        name: Where it hangs.
        page: Name of the query whose answer it shows.
        filters: What that is given, each ``NAME=VALUE``.
        names: Whether it shows titles, and names of clients and of their people.
        person: Who made it, as in the list of people: ``ana``.
        rights: Digest of what they saw when they made it.
        made_at: When it was made.
        expires_at: When it ends.
        opened_at: When its link was opened.
        seen_at: When the screen asked last, to some minutes.
        revoked_at: When it was revoked.
        revoked_by: Who revoked it.
    """

    id: int
    name: str
    page: str
    filters: tuple[str, ...]
    names: bool
    person: str
    rights: bytes
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


_ROWS: Final = Rows(Kept, walls)


def all_walls(tx: Tx) -> list[Kept]:
    """Return all that were ever made."""
    return _ROWS.all(tx, _ROWS.select().order_by(walls.c.id))


def wall(tx: Tx, number: int) -> Kept | None:
    """Return one; ``None`` = there is none of that number."""
    return _ROWS.one(tx, _ROWS.select().where(walls.c.id == number))


def add(
    tx: Tx,
    *,
    name: str,
    page: str,
    filters: tuple[str, ...],
    names: bool,
    person: str,
    rights: bytes,
    at: datetime,
    ends: datetime,
) -> tuple[int, str]:
    """Make a wall screen, and return its number and the token of its link: 256 random bits."""
    token = bearer.made()
    added = insert(walls).values(
        link=digest_of(token), name=name, page=page, filters=filters, names=names, person=person, rights=rights,
        made_at=at, expires_at=ends,
    )  # fmt: skip
    return int(tx.execute(added.returning(walls.c.id)).scalar_one()), token


def revoke(tx: Tx, number: int, *, at: datetime, by: str) -> None:
    """Let a wall screen show nothing any more."""
    tx.execute(update(walls).where(walls.c.id == number).values(revoked_at=at, revoked_by=by))


def opened(tx: Tx, token: str, at: datetime, people: People) -> str | None:
    """Open a link, and return the text of the screen's cookie, of which the digest is kept.

    Args:
        tx: A write transaction.
        token: The link's.
        at: Now.
        people: The list of people, as it is now.

    Returns:
        ``None`` = the link is none of ours or was opened already, by whichever screen came first, or has ended.
    """
    one = _ROWS.one(tx, _ROWS.select().where(walls.c.link == digest_of(token)))
    if one is None or state_of(one, at, people) is not WallState.WAITING:
        return None
    cookie = bearer.made()
    values = {"cookie": digest_of(cookie), "opened_at": at, "seen_at": at}
    first = update(walls).where(walls.c.id == one.id, walls.c.opened_at.is_(None)).values(values)
    return cookie if tx.execute(first).rowcount else None


def shown_on(tx: Tx, cookie: str) -> Kept | None:
    """Return what a screen with this cookie was made for, whether or not it is over; ``None`` = it is none of ours."""
    return _ROWS.one(tx, _ROWS.select().where(walls.c.cookie == digest_of(cookie)))


def is_link_of(tx: Tx, token: str, one: Kept) -> bool:
    """Whether a link is the one that a wall screen was opened by."""
    return tx.execute(select(walls.c.id).where(walls.c.link == digest_of(token))).scalar_one_or_none() == one.id


def state_of(one: Kept, at: datetime, people: People) -> WallState:
    """Return whether a wall screen shows anything.

    Args:
        one: The wall screen.
        at: Now.
        people: The list of people, as it is now.
    """
    maker = people.get(one.person)
    if one.revoked_at is not None:
        return WallState.REVOKED
    if one.expires_at <= at:
        return WallState.EXPIRED
    if maker is None or rights_of(maker) != one.rights:
        return WallState.RIGHTS_CHANGED
    if one.opened_at is not None:
        return WallState.SHOWN
    return WallState.WAITING if at < one.made_at + OPENS_FOR else WallState.UNUSED


def rights_of(person: Colleague) -> bytes:
    """Return a digest of what decides what somebody sees."""
    return hashlib.sha256(person.model_dump_json(include=_RIGHTS).encode()).digest()


def is_worth_keeping(one: Kept, at: datetime) -> bool:
    """Whether a use tells more than the one that is kept."""
    return one.seen_at is None or at - one.seen_at >= _EXACT_TO


def note_use(tx: Tx, one: Kept, at: datetime) -> None:
    """Keep when a screen asked."""
    tx.execute(update(walls).where(walls.c.id == one.id).values(seen_at=at))
