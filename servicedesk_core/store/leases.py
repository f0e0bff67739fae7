"""Leases: who may do a job now. They expire, and a fence number tells an overtaken owner from the present one.

The time is the database's, so that processes on machines with different clocks agree. The lease of a process that has
certainly ended, because it ran on this machine and does no more, is nobody's at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, TextClause, text

from servicedesk_core.errors import LeaseHeldError, LeaseLostError
from servicedesk_core.processes import has_ended, name_of
from servicedesk_core.store.fields import from_us

_NOW = {
    "sqlite": "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000",
    "postgresql": "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
}

SECOND_US = 1_000_000

TTL_S: Final = 60.0
"""How long a lease lasts without renewal, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of a lease, to be verified in each transaction that relies on it.

    Attributes:
        name: Name of the lease.
        owner: Who holds it.
        number: Rises with every new owner, for ever.
    """

    name: str
    owner: str
    number: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it stands in the store.

    Attributes:
        name: Name of the lease.
        owner: Who holds it, as people call it.
        number: Fence number.
        since: When the owner took it.
        expires_at: When it ends unless renewed.
    """

    name: str
    owner: str
    number: int
    since: datetime
    expires_at: datetime


def pulls_of(connection: str) -> str:
    """Return the name of the lease under which a connection's records are pulled and stored."""
    return f"sync:{connection}"


def histories_of(connection: str) -> str:
    """Return the name of the lease under which the past of its tickets is read: for hours, while records are pulled."""
    return f"history:{connection}"


def now_us(tx: Connection) -> int:
    """Return the database's present instant in microseconds."""
    return int(tx.exec_driver_sql(_NOW[tx.dialect.name]).scalar_one())


def now(tx: Connection) -> datetime:
    """Return the database's present instant."""
    return from_us(now_us(tx))


def acquire(tx: Connection, name: str, owner: str, ttl_s: float) -> Fence:
    """Take a lease that nobody holds now.

    Args:
        tx: A write transaction.
        name: What the lease is for, for example ``sync:psa``.
        owner: Who asks, named by :func:`servicedesk_core.processes.this_process`.
        ttl_s: Seconds until it expires unless renewed.

    Raises:
        LeaseHeldError: Somebody holds it; says who, since when and until when.
    """
    now = now_us(tx)
    row = tx.execute(_select(tx), {"name": name}).one_or_none()
    if row is not None and _is_live(row, now):
        raise _held(name, row)
    number = (row.fence if row is not None else 0) + 1
    taken = tx.execute(
        text(
            "INSERT INTO leases (name, owner, fence, since, expires_at) VALUES (:name, :owner, :fence, :now, :until) "
            "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = excluded.fence, since = excluded.since, "
            "expires_at = excluded.expires_at WHERE leases.fence < excluded.fence"
        ),
        {"name": name, "owner": owner, "fence": number, "now": now, "until": now + round(ttl_s * SECOND_US)},
    )
    if taken.rowcount != 1:  # it was there for the first time at this moment
        raise _held(name, tx.execute(_select(tx), {"name": name}).one())
    return Fence(name, owner, number)


def renew(tx: Connection, fence: Fence, ttl_s: float) -> None:
    """Extend a lease that is still held; it never ends sooner than before.

    Raises:
        LeaseLostError: It expired or was overtaken.
    """
    present = now_us(tx)
    own = {"name": fence.name, "owner": fence.owner, "fence": fence.number, "present": present}
    if tx.execute(_RENEW, own | {"until": present + round(ttl_s * SECOND_US)}).rowcount != 1:
        raise _lost(fence)


def release(tx: Connection, fence: Fence) -> None:
    """Give a lease back; does nothing when it was lost. The fence number stays, so that it never repeats."""
    tx.execute(
        text("UPDATE leases SET expires_at = 0 WHERE name = :name AND owner = :owner AND fence = :fence"),
        {"name": fence.name, "owner": fence.owner, "fence": fence.number},
    )


def verify(tx: Connection, fence: Fence) -> None:
    """Make sure that a lease is held, and stays so until this transaction ends.

    Raises:
        LeaseLostError: It expired or was overtaken.
    """
    row = tx.execute(_select(tx), {"name": fence.name}).one_or_none()
    if row is None or row.owner != fence.owner or row.fence != fence.number or row.expires_at <= now_us(tx):
        raise _lost(fence)


def is_held(tx: Connection, name: str) -> bool:
    """Whether somebody holds a lease now; in a write transaction nobody new can take it before the transaction ends."""
    row = tx.execute(_select(tx), {"name": name}).one_or_none()
    return row is not None and _is_live(row, now_us(tx))


def live(tx: Connection) -> list[Lease]:
    """Return the leases that are held now."""
    rows = tx.execute(
        text("SELECT name, owner, fence, since, expires_at FROM leases WHERE expires_at > :now ORDER BY name"),
        {"now": now_us(tx)},
    )
    return [
        Lease(r.name, name_of(r.owner), r.fence, from_us(r.since), from_us(r.expires_at))
        for r in rows
        if not has_ended(r.owner)
    ]


def _is_live(row: Row[Any], now: int) -> bool:
    return row.expires_at > now and not has_ended(row.owner)


def _held(name: str, row: Row[Any]) -> LeaseHeldError:
    since, until = (f"{from_us(at).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (row.since, row.expires_at))
    return LeaseHeldError(
        f"{name} is already running in {name_of(row.owner)}, since {since}; it is held until {until}, and longer "
        "while that runs.",
        hint="Wait for it to finish, or stop that process.",
    )


def _lost(fence: Fence) -> LeaseLostError:
    message = f"This process lost the lease of {fence.name}; what it still wanted to store was refused."
    return LeaseLostError(message, hint="Run the command again; it goes on where the stored data ends.")


def _select(tx: Connection) -> TextClause:
    """Read a lease; on PostgreSQL hold its row, so that nobody takes it over before this transaction ends."""
    return _HOLD if tx.dialect.name == "postgresql" else _READ


_READ: Final = text("SELECT owner, fence, since, expires_at FROM leases WHERE name = :name")
_HOLD: Final = text("SELECT owner, fence, since, expires_at FROM leases WHERE name = :name FOR UPDATE")
_RENEW: Final = text(
    "UPDATE leases SET expires_at = CASE WHEN expires_at < :until THEN :until ELSE expires_at END "
    "WHERE name = :name AND owner = :owner AND fence = :fence AND expires_at > :present"
)
