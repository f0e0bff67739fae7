"""Sources: the connections of the desk, and which tenant stands behind each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, bindparam, select, update

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, TenantMismatchError
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import sources
from servicedesk_core.store.upserting import insert_into

if TYPE_CHECKING:
    from servicedesk_core.hooks.capabilities import VendorIdentity


@dataclass(frozen=True, slots=True)
class Source:
    """A connection as the store remembers it: a row of the table."""

    id: int
    name: str
    connector: str
    environment: str
    vendor: str | None
    account: str | None
    account_name: str | None
    record_urls: dict[str, str]
    blocked_reason: str | None
    blocked_at: datetime | None
    created_at: datetime


_ROWS: Final = Rows(Source, sources)
_ID: Final = select(sources.c.id).where(sources.c.name == bindparam("name"))


def ensure(tx: Connection, name: str, connector: str, environment: str, now: datetime) -> Source:
    """Return the source of a connection, made when it is new.

    Raises:
        TenantMismatchError: The name belonged to another connector or environment, or the store holds the other
            environment: sandbox and live are never in one store.
    """
    existing = all(tx)
    for source in existing:
        if source.environment != environment:
            message = f"This store holds {source.environment} data of {source.name}; {name} is {environment}."
            raise TenantMismatchError(message, hint="Give each environment a store of its own.", connection=name)
    for source in existing:
        if source.name == name:
            if source.connector != connector:
                message = f"The connection used the connector {source.connector} before, and now {connector}."
                hint = "Give the new connection a name of its own, or use another store."
                raise TenantMismatchError(message, hint=hint, connection=name)
            return source
    row = {"name": name, "connector": connector, "environment": environment, "created_at": now}
    adding = insert_into(tx, sources).values(row)
    tx.execute(adding.on_conflict_do_nothing(index_elements=["name"]))  # another may be quicker
    return get(tx, name)


def get(tx: Connection, name: str) -> Source:
    """Return the source of a connection.

    Raises:
        NotFoundLocallyError: The store knows no such connection.
    """
    found = _ROWS.one(tx, _ROWS.select().where(sources.c.name == name))
    if found is None:
        raise unknown(name, [source.name for source in all(tx)])
    return found


def unknown(name: str, known: Collection[str]) -> NotFoundLocallyError:
    """Return the error that the store knows no such connection.

    Args:
        name: What somebody wrote.
        known: The connections that they may be told of; the nearest is.
    """
    message = f'The store holds nothing of a connection "{name}".{did_you_mean(name, known)}'
    return NotFoundLocallyError(message, hint="Run `servicedesk sync` first, or check the name.", connection=name)


def id_of(tx: Connection, name: str) -> int:
    """Return the number of a connection's source; raises like :func:`get`."""
    found = tx.execute(_ID, {"name": name}).scalar_one_or_none()
    return get(tx, name).id if found is None else found


def by_id(tx: Connection, source_id: int) -> Source:
    """Return a source by its number.

    Raises:
        NotFoundLocallyError: There is none.
    """
    found = _ROWS.one(tx, _ROWS.select().where(sources.c.id == source_id))
    if found is None:
        message = f"The store has no source {source_id}."
        raise NotFoundLocallyError(message)
    return found


def all(tx: Connection) -> list[Source]:  # noqa: A001  # reads as sources.all
    """Return every source, by name."""
    return _ROWS.all(tx, _ROWS.select().order_by(sources.c.name))


def remember_identity(tx: Connection, source: Source, identity: "VendorIdentity") -> Source:
    """Store which tenant stands behind a connection, or make sure that it is still the same.

    Raises:
        TenantMismatchError: It is another tenant; nothing was read or stored.
    """
    current = by_id(tx, source.id)
    if current.account is not None and (current.vendor, current.account) != (identity.vendor, identity.account):
        message = (
            f"The connection now points at {identity.vendor} account {identity.account}; "
            f"this store holds the data of {current.vendor} account {current.account}."
        )
        hint = (
            "Correct the credentials, or give the other tenant a connection and a store of its own. If only the key "
            f"was replaced: servicedesk connections accept-identity {source.name}"
        )
        raise TenantMismatchError(message, hint=hint, connection=source.name)
    return identify(tx, source.id, identity)


def identify(tx: Connection, source_id: int, identity: "VendorIdentity") -> Source:
    """Store which tenant stands behind a connection, whichever stood there before."""
    tx.execute(
        update(sources)
        .where(sources.c.id == source_id)
        .values(
            vendor=identity.vendor,
            account=identity.account,
            account_name=identity.name or None,
            record_urls=identity.record_urls,
        )
    )
    return by_id(tx, source_id)


def block(tx: Connection, source_id: int, reason: str, now: datetime) -> None:
    """Stop a connection for every process until :func:`unblock`; the first reason stays.

    Args:
        tx: A write transaction.
        source_id: The source.
        reason: Why, for people; no secret.
        now: Since when.
    """
    tx.execute(
        update(sources)
        .where(sources.c.id == source_id, sources.c.blocked_at.is_(None))
        .values(blocked_reason=reason, blocked_at=now)
    )


def unblock(tx: Connection, source_id: int) -> None:
    """Let a connection be used again."""
    tx.execute(update(sources).where(sources.c.id == source_id).values(blocked_reason=None, blocked_at=None))
