"""Sources: the connections of the desk, and which tenant stands behind each."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, Row, select, update

from servicedesk_core.errors import NotFoundLocallyError, TenantMismatchError
from servicedesk_core.hooks.capabilities import VendorIdentity
from servicedesk_core.store.fields import optional_instant, to_json, to_us
from servicedesk_core.store.schema import sources
from servicedesk_core.store.upserting import insert_into


@dataclass(frozen=True, slots=True)
class Source:
    """A connection as the store remembers it.

    Attributes:
        id: The desk's own number; ``source_id`` of every record.
        name: Name in the configuration.
        connector: Id of the connector.
        environment: ``live`` or ``sandbox``.
        vendor: Vendor id, once the tenant is known.
        account: The vendor's id of the tenant.
        account_name: The tenant's name, for people.
        record_urls: By stream, the page of a record at the vendor, with ``{external_id}``.
        blocked_reason: Why no process may use the connection, or ``None``.
        blocked_at: Since when.
    """

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
    row = {"name": name, "connector": connector, "environment": environment, "created_at": to_us(now)}
    adding = insert_into(tx, sources).values(row)
    tx.execute(adding.on_conflict_do_nothing(index_elements=["name"]))  # another may be quicker
    return get(tx, name)


def get(tx: Connection, name: str) -> Source:
    """Return the source of a connection.

    Raises:
        NotFoundLocallyError: The store knows no such connection.
    """
    row = tx.execute(select(sources).where(sources.c.name == name)).one_or_none()
    if row is None:
        message = f"The store holds nothing of a connection {name!r}."
        raise NotFoundLocallyError(message, hint="Run `servicedesk sync` first, or check the name.", connection=name)
    return _source(row)


def by_id(tx: Connection, source_id: int) -> Source:
    """Return a source by its number.

    Raises:
        NotFoundLocallyError: There is none.
    """
    row = tx.execute(select(sources).where(sources.c.id == source_id)).one_or_none()
    if row is None:
        message = f"The store has no source {source_id}."
        raise NotFoundLocallyError(message)
    return _source(row)


def all(tx: Connection) -> list[Source]:  # noqa: A001  # reads as sources.all
    """Return every source, by name."""
    return [_source(row) for row in tx.execute(select(sources).order_by(sources.c.name))]


def remember_identity(tx: Connection, source: Source, identity: VendorIdentity) -> Source:
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
        hint = "Correct the credentials, or give the other tenant a connection and a store of its own."
        raise TenantMismatchError(message, hint=hint, connection=source.name)
    tx.execute(
        update(sources)
        .where(sources.c.id == source.id)
        .values(
            vendor=identity.vendor,
            account=identity.account,
            account_name=identity.name or None,
            record_urls=to_json(identity.record_urls),
        )
    )
    return by_id(tx, source.id)


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
        .values(blocked_reason=reason, blocked_at=to_us(now))
    )


def unblock(tx: Connection, source_id: int) -> None:
    """Let a connection be used again."""
    tx.execute(update(sources).where(sources.c.id == source_id).values(blocked_reason=None, blocked_at=None))


def _source(row: Row[tuple[object, ...]]) -> Source:
    r = row._mapping  # noqa: SLF001  # SQLAlchemy's public name of the mapping view
    return Source(
        id=r["id"],
        name=r["name"],
        connector=r["connector"],
        environment=r["environment"],
        vendor=r["vendor"],
        account=r["account"],
        account_name=r["account_name"],
        record_urls=orjson.loads(r["record_urls"]),
        blocked_reason=r["blocked_reason"],
        blocked_at=optional_instant(r["blocked_at"]),
    )
