"""Lanes: which kinds of writes wait because their vendor cannot take them now, and how much may be sent at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete

from servicedesk_core.store import audit, upserting
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import write_lanes, write_permits


@dataclass(frozen=True, slots=True)
class Lane:
    """A kind of writes of a connection that failed lately: a row of the table."""

    connection: str
    kind: str
    failures: int
    resume_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """Somebody's word that more of a connection may be sent than usual: a row of the table."""

    at: datetime
    count: int
    by: str


_LANES: Final = Rows(Lane, write_lanes)
_FAILING: Final = _LANES.select().where(write_lanes.c.connection == bindparam("of"))
_PERMITS: Final = Rows(Permit, write_permits)
_PERMIT: Final = _PERMITS.select().where(write_permits.c.connection == bindparam("of"))
_CLEAR: Final = delete(write_lanes).where(
    write_lanes.c.connection == bindparam("of"), write_lanes.c.kind == bindparam("what")
)


def of(tx: Connection, connection: str) -> dict[str, Lane]:
    """Return the lanes of a connection that failed lately, by kind."""
    return {lane.kind: lane for lane in map(_LANES.of, tx.execute(_FAILING, {"of": connection}).all())}


def put(tx: Connection, lane: Lane) -> None:
    """Remember that a lane waits."""
    audit.take_turn(tx)
    upserting.put(tx, write_lanes, _LANES.values(lane))


def clear(tx: Connection, connection: str, kind: str) -> None:
    """Forget that a lane failed."""
    audit.take_turn(tx)
    tx.execute(_CLEAR, {"of": connection, "what": kind})


def permit(tx: Connection, connection: str) -> Permit | None:
    """Return the last word that more may be sent, if there is one."""
    row = tx.execute(_PERMIT, {"of": connection}).one_or_none()
    return None if row is None else _PERMITS.of(row)


def allow(tx: Connection, connection: str, permitted: Permit) -> None:
    """Let more be sent; counting begins anew."""
    audit.take_turn(tx)
    upserting.put(tx, write_permits, {"connection": connection, **_PERMITS.values(permitted)})
