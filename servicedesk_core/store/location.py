"""Where a store stands, so that a copy of it is noticed before it sends anything.

Two copies of one store would each send the writes that wait in it. So the store remembers its place: for SQLite the
machine, the path and the number of the file in its directory; for PostgreSQL the server, the database and the number of
a table, which ``pg_restore`` gives anew. A store that wakes up elsewhere trusts none of its unfinished writes, and
wakes nobody for what is old.

A copy that keeps all of that is not noticed: an image of a whole machine, or an older file written over the same file.
"""

import hashlib
import json
import os
import platform
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.engine import URL

from servicedesk_core.store import meta, sending
from servicedesk_core.store.schema import sources
from servicedesk_core.system import machine

SYSTEM: Final = "system:store"
_PLACE: Final = "place"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a store stands.

    Attributes:
        digest: Tells one place from another.
        where: What people call it.
    """

    digest: str
    where: str


class Distrusted(NamedTuple):
    """What a store that woke up elsewhere leaves off.

    Attributes:
        in_doubt: Writes that were unfinished and are in doubt now.
        messages: Messages to our own people that waited and were dropped.
        pages: Pages that were not over and are ended.
    """

    in_doubt: int
    messages: int
    pages: int


def here(tx: Connection, url: URL) -> Location:
    """Return where the store stands now."""
    if tx.dialect.name == "sqlite":
        path = Path(str(url.database)).resolve()
        facts = (machine(), os.fspath(path), str(path.stat().st_ino))
        return Location(_digest(facts), f"{path} on {platform.node() or 'this machine'}")
    row = tx.exec_driver_sql(
        "SELECT (SELECT system_identifier FROM pg_control_system()), d.oid, 'store_meta'::regclass::oid, d.datname "
        "FROM pg_database d WHERE d.datname = current_database()"
    ).one()
    return Location(_digest(tuple(map(str, row[:3]))), f"the database {row[3]}")


def is_settled(tx: Connection, url: URL) -> bool:
    """Whether a store stands where it did, or its move was noticed before and is not adopted yet.

    Args:
        tx: Any transaction.
        url: Where the store is.
    """
    known = _known(tx)
    return known == here(tx, url).digest or (known is not None and not sending.sending_allowed(tx))


def settle(writer: Engine, url: URL, now: datetime) -> None:
    """Note the place of a new store; distrust the unfinished writes of one that woke up elsewhere.

    A store that was never used may be copied freely: nothing was ever sent from it.

    Args:
        writer: Engine that may write.
        url: Where the store is.
        now: When.
    """
    with writer.begin() as tx:
        known = _known(tx)
        if known is None or tx.execute(select(sources.c.id).limit(1)).first() is None:
            if meta.store_id(tx) is None:
                meta.put(tx, meta.STORE_ID, uuid.uuid4().hex)
            _note(tx, here(tx, url))
        elif known != here(tx, url).digest and sending.sending_allowed(tx):
            suspect(tx, f"this store was copied or moved here; it was at {_known_where(tx)} before.", now)


def suspect(tx: Connection, why: str, now: datetime) -> Distrusted:
    """Put every unfinished write into doubt, wake nobody for what is old, and switch sending off.

    Args:
        tx: A write transaction.
        why: What happened, for people.
        now: When.
    """
    from servicedesk_core.store import audit, outbox  # noqa: PLC0415  # most stores are where they were

    # First the flag: no other transaction of this database can begin an attempt after it.
    sending.switch_off(tx, why, now)
    doubtful = outbox.distrust(tx, actor=SYSTEM, now=now, why=why[:1].upper() + why[1:])
    found = Distrusted(doubtful, *_hush(tx, why, now))
    audit.append(tx, at=now, actor=SYSTEM, action="store.distrusted", entity="store", after=found._asdict(), reason=why)
    return found


def adopt(tx: Connection, url: URL, *, actor: str, now: datetime) -> Location:
    """Make this place the store's own and switch sending on; what is in doubt stays so until it is settled.

    Args:
        tx: A write transaction.
        url: Where the store is.
        actor: Who decides it.
        now: When.
    """
    from servicedesk_core.store import audit  # noqa: PLC0415  # see above

    place = here(tx, url)
    _note(tx, place)
    sending.switch_on(tx, now)
    audit.append(tx, at=now, actor=actor, action="store.adopted", entity="store", after={"place": place.where})
    return place


def _hush(tx: Connection, why: str, now: datetime) -> tuple[int, int]:
    """Drop what waits for our own people and for clients, end what rings, and let no older link lead anywhere."""
    from servicedesk_core.store.schema import (  # noqa: PLC0415  # every command opens a store
        client_links,
        client_messages,
        page_keys,
        pages,
        staff_messages,
    )

    untold = update(client_messages).where(client_messages.c.state.in_(("waiting", "held")))
    tx.execute(untold.values(state="dropped", done_at=now, why=why))
    tx.execute(update(client_links).where(client_links.c.revoked_at.is_(None)).values(revoked_at=now))

    waiting = update(staff_messages).where(staff_messages.c.state == "waiting")
    dropped = tx.execute(waiting.values(state="dropped", done_at=now, why=why))
    ringing = update(pages).where(pages.c.state != "over")
    ended = tx.execute(ringing.values(state="over", over_at=now, next_at=None, why=why))
    tx.execute(delete(page_keys))
    return dropped.rowcount, ended.rowcount


def _note(tx: Connection, place: Location) -> None:
    meta.put(tx, _PLACE, json.dumps({"digest": place.digest, "where": place.where}))


def _known(tx: Connection) -> str | None:
    value = meta.get(tx, _PLACE)
    return None if value is None else str(json.loads(value)["digest"])


def _known_where(tx: Connection) -> str:
    value = meta.get(tx, _PLACE)
    return "an unknown place" if value is None else str(json.loads(value)["where"])


def _digest(facts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
