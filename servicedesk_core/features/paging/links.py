"""Signed links by which somebody acknowledges a page from wherever they are. Their keys change each week."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select

from servicedesk_core.config import DeskSettings
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import page_keys

PATH: Final = "/paging/"
"""Where the public listener answers them."""

LASTS: Final = timedelta(hours=12)
"""So long a link can be used."""

_ROTATED: Final = timedelta(days=7)
_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says.

    Attributes:
        page: Number of the page.
        person: For whom it was made, as in the list of people.
        ends_at: Until when it can be used.
    """

    page: int
    person: str
    ends_at: datetime


def make(tx: Tx, settings: DeskSettings, page: int, person: str, at: datetime) -> str | None:
    """Return the address by which somebody acknowledges a page; ``None`` = nothing listens to the open net.

    Args:
        tx: A write transaction.
        settings: The configuration.
        page: Number of the page.
        person: For whom.
        at: Now.
    """
    if not settings.public.listen or settings.public.url is None:
        return None
    number, secret = _signing(tx, at)
    said = f"{page}.{person}.{int((at + LASTS).timestamp())}.{number}"
    return f"{settings.public.url}{PATH}{said}.{_signature(secret, said)}"


def read(tx: Tx, text: str) -> Link | None:
    """Return what a link says whose signature is ours, also when it has ended; ``None`` = it is not ours.

    Args:
        tx: Any transaction.
        text: What stands behind :data:`PATH`.
    """
    parts = text.split(".")
    if len(parts) != _PARTS or not all(one.isascii() for one in parts):
        return None
    page, person, ends, number, signature = parts
    if not (page.isdecimal() and ends.isdecimal() and number.isdecimal() and len(page + ends + number) < 40):  # noqa: PLR2004
        return None
    query = select(page_keys.c.secret).where(page_keys.c.id == int(number))
    secret = tx.execute(query).scalar_one_or_none()
    said = f"{page}.{person}.{ends}.{number}"
    if secret is None or not hmac.compare_digest(_signature(secret, said), signature):
        return None
    return Link(int(page), person, datetime.fromtimestamp(int(ends), UTC))


def _signing(tx: Tx, at: datetime) -> tuple[int, str]:
    """Return the key that signs now; one that is too old to sign stays until its last link has ended."""
    k = page_keys.c
    tx.execute(delete(page_keys).where(k.made_at < at - _ROTATED - LASTS))
    newest = tx.execute(select(k.id, k.secret, k.made_at).order_by(k.id.desc()).limit(1)).one_or_none()
    if newest is not None and newest.made_at > at - _ROTATED:
        return newest.id, newest.secret
    secret = secrets.token_hex(32)
    number = tx.execute(insert(page_keys).values(secret=secret, made_at=at).returning(k.id)).scalar_one()
    return number, secret


def _signature(secret: str, said: str) -> str:
    digest = hmac.new(bytes.fromhex(secret), said.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
