"""Lanes: which kinds of writes wait because their vendor cannot take them now, and how much may be sent at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from servicedesk_core.store import audit
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import write_lanes, write_permits
from servicedesk_core.store.upserting import insert_into


@dataclass(frozen=True, slots=True)
class Lane:
    """A kind of writes of a connection that failed lately.

    Attributes:
        connection: Name of the connection.
        kind: The kind.
        failures: How often in a row.
        resume_at: When the next attempt may be made; a single one, until something succeeds.
        reason: Why, for people.
    """

    connection: str
    kind: str
    failures: int
    resume_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """Somebody's word that more may be sent than usual.

    Attributes:
        at: Since when.
        count: How many writes.
        by: Who said so.
    """

    at: datetime
    count: int
    by: str


def of(tx: Connection, connection: str) -> dict[str, Lane]:
    """Return the lanes of a connection that failed lately, by kind."""
    query = select(write_lanes).where(write_lanes.c.connection == connection)
    return {
        r["kind"]: Lane(connection, r["kind"], r["failures"], from_us(r["resume_at"]), r["reason"])
        for r in tx.execute(query).mappings()
    }


def put(tx: Connection, lane: Lane) -> None:
    """Remember that a lane waits."""
    audit.take_turn(tx)
    statement = insert_into(tx, write_lanes).values(
        connection=lane.connection,
        kind=lane.kind,
        failures=lane.failures,
        resume_at=to_us(lane.resume_at),
        reason=scrub(lane.reason),
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "kind"],
            set_={"failures": new.failures, "resume_at": new.resume_at, "reason": new.reason},
        )
    )


def clear(tx: Connection, connection: str, kind: str) -> None:
    """Forget that a lane failed."""
    audit.take_turn(tx)
    tx.execute(delete(write_lanes).where(write_lanes.c.connection == connection, write_lanes.c.kind == kind))


def permit(tx: Connection, connection: str) -> Permit | None:
    """Return the last word that more may be sent, if there is one."""
    row = tx.execute(select(write_permits).where(write_permits.c.connection == connection)).mappings().one_or_none()
    return None if row is None else Permit(from_us(row["at"]), row["count"], row["by"])


def allow(tx: Connection, connection: str, permitted: Permit) -> None:
    """Let more be sent; counting begins anew."""
    audit.take_turn(tx)
    statement = insert_into(tx, write_permits).values(
        connection=connection, at=to_us(permitted.at), count=permitted.count, by=permitted.by
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection"], set_={"at": new.at, "count": new["count"], "by": new["by"]}
        )
    )
