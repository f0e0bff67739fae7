"""What is kept of sign-ins: digests of cookies, and never they themselves."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update

from servicedesk_core import bearer
from servicedesk_core.bearer import digest_of
from servicedesk_core.config.people import REACHED_BY, Colleague
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import invitations, passwords, sign_ins
from servicedesk_core.store.upserting import put

IDLE: Final = timedelta(hours=8)
"""A sign-in that was not used for so long has ended."""

LONGEST: Final = timedelta(days=7)
"""So long one lasts at most."""

_EXACT_TO: Final = timedelta(minutes=5)
"""A use that comes so soon after the last one is not kept again: every request would write."""

_AGENT_LENGTH: Final = 200

People = Mapping[str, Colleague]
"""The people of a desk by name."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in.

    Attributes:
        id: The desk's own number.
        person: Who, as in the list of people: ``ana``.
        rights: Digest of what they were in that list when they signed in.
        begun_at: When they signed in.
        used_at: When it was used last, to some minutes.
        ends_at: When it ends at the latest.
        address: Where they signed in from.
        agent: What their browser called itself.
    """

    id: int
    person: str
    rights: bytes
    begun_at: datetime
    used_at: datetime
    ends_at: datetime
    address: str
    agent: str


_ROWS: Final = Rows(SignedIn, sign_ins)


def rights_of(person: Colleague) -> bytes:
    """Return a digest of all that somebody is: another one when any of it changes, but how they are reached."""
    return hashlib.sha256(person.model_dump_json(exclude=set(REACHED_BY)).encode()).digest()


def begin(tx: Tx, person: str, at: datetime, people: People, *, address: str = "", agent: str = "") -> str:
    """Begin a sign-in, and return the text of its cookie: 256 random bits, of which the digest is kept.

    Args:
        tx: A write transaction.
        person: Who, as in the list of people.
        at: Now.
        people: That list, as it is now.
        address: Where they sign in from.
        agent: What their browser calls itself.
    """
    of, made = sign_ins.c, bearer.made()
    tx.execute(delete(sign_ins).where((of.ends_at <= at) | (of.used_at <= at - IDLE)))
    values = {
        "begun_at": at,
        "used_at": at,
        "ends_at": at + LONGEST,
        "address": address,
        "agent": agent[:_AGENT_LENGTH],
    }
    kept = insert(sign_ins).values(digest=digest_of(made), person=person, rights=rights_of(people[person]), **values)
    tx.execute(kept)
    return made


def signed_in(tx: Tx, cookie: str, at: datetime, people: People) -> SignedIn | None:
    """Return whose cookie it is; ``None`` = it is none of ours, it has ended, or its person's rights were changed.

    Args:
        tx: Any transaction.
        cookie: What the browser showed.
        at: Now.
        people: The list of people, as it is now.
    """
    of = sign_ins.c
    one = _ROWS.one(tx, _ROWS.select().where(of.digest == digest_of(cookie), of.ends_at > at, of.used_at > at - IDLE))
    return one if one is not None and _holds(one, people) else None


def still_signed_in(tx: Tx, numbers: Iterable[int], at: datetime, people: People) -> frozenset[int]:
    """Return those of some sign-ins, by their numbers, that have not ended: for what stays open, such as streams."""
    of = sign_ins.c
    found = _ROWS.select().where(of.id.in_(tuple(numbers)), of.ends_at > at, of.used_at > at - IDLE)
    return frozenset(one.id for one in _ROWS.all(tx, found) if _holds(one, people))


def sign_ins_of(tx: Tx, person: str | None, at: datetime, people: People) -> list[SignedIn]:
    """Return the sign-ins of somebody that have not ended, or of all people, the newest first."""
    of = sign_ins.c
    found = _ROWS.select().where(of.ends_at > at, of.used_at > at - IDLE).order_by(of.id.desc())
    if person is not None:
        found = found.where(of.person == person)
    return [one for one in _ROWS.all(tx, found) if _holds(one, people)]


def sign_in(tx: Tx, number: int) -> SignedIn | None:
    """Return a sign-in by its number; ``None`` = there is none, or none any more."""
    return _ROWS.one(tx, _ROWS.select().where(sign_ins.c.id == number))


def is_worth_keeping(one: SignedIn, at: datetime) -> bool:
    """Whether a use tells more than the one that is kept."""
    return at - one.used_at >= _EXACT_TO


def note_use(tx: Tx, one: SignedIn, at: datetime) -> None:
    """Keep when a sign-in was used."""
    tx.execute(update(sign_ins).where(sign_ins.c.id == one.id).values(used_at=at))


def end(tx: Tx, number: int) -> bool:
    """End a sign-in, and return whether it was there."""
    return tx.execute(delete(sign_ins).where(sign_ins.c.id == number)).rowcount > 0


def end_all(tx: Tx, person: str, *, but: int | None = None) -> int:
    """End the sign-ins of somebody, and return how many there were.

    Args:
        tx: A write transaction.
        person: Whose.
        but: The number of the one that stays.
    """
    gone = delete(sign_ins).where(sign_ins.c.person == person)
    return tx.execute(gone if but is None else gone.where(sign_ins.c.id != but)).rowcount


def password_of(tx: Tx, person: str) -> str | None:
    """Return the hash of somebody's password; ``None`` = they have none, and cannot sign in."""
    found: str | None = tx.execute(select(passwords.c.hash).where(passwords.c.person == person)).scalar_one_or_none()
    return found


def keep_password(tx: Tx, person: str, hashed: str, at: datetime) -> None:
    """Keep the hash of a password that somebody chose, in place of the one before."""
    put(tx, passwords, {"person": person, "hash": hashed, "set_at": at})


def with_password(tx: Tx) -> frozenset[str]:
    """Return who has a password."""
    return frozenset(tx.execute(select(passwords.c.person)).scalars())


def forget(tx: Tx, person: str) -> int:
    """Take everything from somebody by which they could sign in, and return how many sign-ins ended."""
    tx.execute(delete(passwords).where(passwords.c.person == person))
    tx.execute(delete(invitations).where(invitations.c.person == person))
    return end_all(tx, person)


def _holds(one: SignedIn, people: People) -> bool:
    person = people.get(one.person)
    return person is not None and rights_of(person) == one.rights
