"""Signed links of clients: each with a secret of its own, so that one can be taken back without the others."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, exists, insert, update

from servicedesk_core.config import DeskSettings
from servicedesk_core.store import Tx
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import client_links, survey_answers

PATH: Final = "/posts/"
"""Where the public listener answers them."""

_L: Final = client_links.c
_PARTS: Final = 3
_LONGEST: Final = 200
_LEAST: Final = timedelta(days=1)


class Shows(StrEnum):
    """What a link shows."""

    TICKET = "ticket"
    CLIENT = "client"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Link:
    """A link: a row of the table."""

    id: int
    shows: str
    source_id: int
    ref: str
    secret: str
    made_at: datetime
    made_by: str
    ends_at: datetime
    revoked_at: datetime | None

    def address(self, settings: DeskSettings) -> str | None:
        """Return where it leads; ``None`` = nothing listens to the open net."""
        if not settings.public.listen or settings.public.url is None:
            return None
        said = f"{self.id}.{int(self.ends_at.timestamp())}"
        return f"{settings.public.url}{PATH}{said}.{_signature(self.secret, said)}"


_ROWS: Final = Rows(Link, client_links)


def make(tx: Tx, shows: Shows, source_id: int, ref: str, *, by: str, now: datetime, days: int) -> Link:
    """Make a link.

    Args:
        tx: A write transaction.
        shows: What it shows.
        source_id: Of which connection the ticket or the client is.
        ref: The vendor's id of it.
        by: Who makes it.
        now: When.
        days: How long it leads anywhere.
    """
    ends_at = (now + timedelta(days=days)).replace(microsecond=0)
    row: dict[str, Any] = {"shows": shows.value, "source_id": source_id, "ref": ref, "secret": secrets.token_hex(32)}
    row |= {"made_at": now, "made_by": by, "ends_at": ends_at}
    made = tx.execute(insert(client_links).values(row).returning(*_ROWS.columns)).one()
    return _ROWS.of(made)


def usable(tx: Tx, shows: Shows, source_id: int, ref: str, now: datetime) -> Link | None:
    """Return a link that a message can still name; one that was answered is none."""
    of = (_L.shows == shows.value, _L.source_id == source_id, _L.ref == ref)
    still = (_L.revoked_at.is_(None), _L.ends_at > now + _LEAST, ~exists().where(survey_answers.c.link_id == _L.id))
    query = _select().where(*of, *still).order_by(_L.id.desc()).limit(1)
    return next(iter(_ROWS.all(tx, query)), None)


def read(tx: Tx, text: str) -> Link | None:
    """Return the link whose signature is ours, also when it has ended or was taken back; ``None`` = it is not ours."""
    parts = text.split(".")
    if len(text) > _LONGEST or len(parts) != _PARTS or not text.isascii():
        return None
    number, ends, signature = parts
    if not (number.isdecimal() and ends.isdecimal() and len(number + ends) < 40):  # noqa: PLR2004
        return None
    link = _ROWS.one(tx, _select().where(_L.id == int(number))) if int(number) < 2**63 else None
    if link is None or not hmac.compare_digest(_signature(link.secret, f"{number}.{ends}"), signature):
        return None
    return link


def all_of(tx: Tx) -> list[Link]:
    """Return all links, the newest first."""
    return _ROWS.all(tx, _select().order_by(_L.id.desc()))


def revoke(tx: Tx, number: int, now: datetime) -> bool:
    """Take a link back; return whether it was not before."""
    mine = update(client_links).where(_L.id == number, _L.revoked_at.is_(None))
    return tx.execute(mine.values(revoked_at=now)).rowcount == 1


def _select() -> Select[Any]:
    return _ROWS.select()


def _signature(secret: str, said: str) -> str:
    digest = hmac.new(bytes.fromhex(secret), said.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
