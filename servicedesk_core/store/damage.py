"""What is known of a store's damage: it stays noted in the store until somebody mends it; whoever opens it is told."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete
from sqlalchemy.engine import URL

from servicedesk_core.errors import StoreError
from servicedesk_core.store import meta
from servicedesk_core.store.connecting import writer_engine
from servicedesk_core.store.faults import name_of, translated
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import store_meta

_log = logging.getLogger("servicedesk.store")

HINT: Final = (
    "Look at all of it: servicedesk store verify. Restore the newest good backup: servicedesk store restore FILE."
)

_KEY: Final = "damage"

MOST_NAMED: Final = 20
"""Problems that are told at most."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What a look at the whole store found wrong.

    Attributes:
        at: When it was found.
        problems: What was found, for people.
    """

    at: datetime
    problems: tuple[str, ...]


def known(tx: Connection) -> Damage | None:
    """Return the damage that the last look at the whole store found."""
    value = meta.get(tx, _KEY)
    if value is None:
        return None
    told = json.loads(value)
    return Damage(from_us(told["at"]), tuple(told["problems"]))


def note(url: URL, found: tuple[str, ...], now: datetime) -> None:
    """Keep in a store what a look at it found; nothing, where it may not be written any more.

    Args:
        url: The store.
        found: What is wrong; empty = it is sound.
        now: When it was looked at.
    """
    engine = writer_engine(url)
    try:
        with translated(name_of(url)), engine.begin() as tx:
            put(tx, found, now)
    except StoreError as error:
        _log.warning("what a look at the store found could not be noted: %s", error.code)
    finally:
        engine.dispose()


def put(tx: Connection, found: tuple[str, ...], now: datetime) -> None:
    """Do :func:`note` in a transaction of the caller's."""
    if found:
        meta.put(tx, _KEY, json.dumps({"at": to_us(now), "problems": found}))
    else:
        tx.execute(delete(store_meta).where(store_meta.c.key == _KEY))


def told(damage: Damage) -> str:
    """Return known damage as a sentence."""
    return f"The store is damaged, as was seen on {damage.at:%Y-%m-%d %H:%M} UTC: {summed(damage.problems)}."


def summed(found: tuple[str, ...]) -> str:
    """Return what was found as a part of a sentence: the first problem, and how many there are besides."""
    more = len(found) - 1
    return found[0] + (f", and {more}{' or more' * (len(found) >= MOST_NAMED)} such" if more else "")
