"""Links that work once: of invitations, and of the first administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select

from servicedesk_core import bearer
from servicedesk_core.bearer import digest_of
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import invitations

LASTS: Final = timedelta(days=3)
"""How long an invitation can be used: over a weekend."""

FIRST_LASTS: Final = timedelta(minutes=10)
"""How long the link of the first administrator can be used."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Whoever has a link that was not used yet.

    Attributes:
        person: Who chooses a password by it; ``None`` = the first administrator, who chooses a name too.
        made_by: Who made it.
        expires_at: When it ends.
    """

    person: str | None
    made_by: str
    expires_at: datetime


_ROWS: Final = Rows(Invited, invitations)


def invite(tx: Tx, person: str | None, at: datetime, by: str) -> str:
    """Make a link for somebody, in place of those that they have, and return its token, of which the digest is kept.

    Args:
        tx: A write transaction.
        person: Who; ``None`` = the first administrator.
        at: Now.
        by: Who makes it.
    """
    of, made = invitations.c, bearer.made()
    ended = of.expires_at <= at
    tx.execute(delete(invitations).where(ended if person is None else ended | (of.person == person)))
    ends = at + (FIRST_LASTS if person is None else LASTS)
    tx.execute(
        insert(invitations).values(digest=digest_of(made), person=person, made_at=at, made_by=by, expires_at=ends)
    )
    return made


def invited(tx: Tx, token: str, at: datetime) -> Invited | None:
    """Return whose link it is; ``None`` = it is none of ours, has ended, or was used."""
    of = invitations.c
    return _ROWS.one(tx, _ROWS.select().where(of.digest == digest_of(token), of.expires_at > at))


def used(tx: Tx, token: str, at: datetime) -> Invited | None:
    """Use a link up, and return whose it was: of several that try at the same time one is told."""
    of = invitations.c
    gone = delete(invitations).where(of.digest == digest_of(token), of.expires_at > at)
    return _ROWS.one(tx, gone.returning(*_ROWS.columns))


def invited_until(tx: Tx, at: datetime) -> dict[str, datetime]:
    """Return until when the link of each who has one can be used."""
    of = invitations.c
    query = select(of.person, func.max(of.expires_at).label("until")).where(of.person.is_not(None), of.expires_at > at)
    return {one.person: one.until for one in tx.execute(query.group_by(of.person))}
