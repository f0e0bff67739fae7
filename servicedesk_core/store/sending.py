"""Whether this store may send writes: not after it was restored or copied, until a person adopts it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from servicedesk_core.errors import WriteStoppedError
from servicedesk_core.store import meta
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import store_meta

_KEY: Final = "sending_off"
_ADOPTED: Final = "sending_on_since"


@dataclass(frozen=True, slots=True)
class SendingOff:
    """Why nothing is sent from this store.

    Attributes:
        why: What happened, for people.
        at: When it was noticed.
    """

    why: str
    at: datetime


def sending_off(tx: Connection) -> SendingOff | None:
    """Return why nothing may be sent, or ``None`` when sending is on."""
    value = meta.get(tx, _KEY)
    if value is None:
        return None
    told = json.loads(value)
    return SendingOff(told["why"], from_us(told["at"]))


def sending_allowed(tx: Connection) -> bool:
    """Whether writes may be sent from this store."""
    return sending_off(tx) is None


def require_sending(tx: Connection) -> None:
    """Refuse to go on unless writes may be sent from this store.

    Raises:
        WriteStoppedError: It was restored or copied, and nobody adopted it since.
    """
    if (off := sending_off(tx)) is not None:
        message = f"Sending is off: {off.why}"
        raise WriteStoppedError(message, hint="`servicedesk store adopt` shows what is unfinished and switches it on.")


def switch_off(tx: Connection, why: str, now: datetime) -> None:
    """Let nothing be sent from this store until it is adopted."""
    meta.put(tx, _KEY, json.dumps({"why": why, "at": to_us(now)}))


def switch_on(tx: Connection, now: datetime) -> None:
    """Let writes be sent again."""
    tx.execute(delete(store_meta).where(store_meta.c.key == _KEY))
    meta.put(tx, _ADOPTED, str(to_us(now)))


def adopted_at(tx: Connection) -> datetime | None:
    """Return when sending was switched on again the last time; ``None`` = it never was off."""
    value = meta.get(tx, _ADOPTED)
    return None if value is None else from_us(int(value))
