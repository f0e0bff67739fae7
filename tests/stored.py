"""On which databases a test runs, and how records come into its store."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import pytest
from sqlalchemy import Connection

from servicedesk_core.domain import Entity
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming

# Fixtures that give the address of an empty store, as parameters.
ON_POSTGRESQL = pytest.param("postgres_store_url", id="postgresql", marks=pytest.mark.postgres)
ON_BOTH = (pytest.param("sqlite_url", id="sqlite"), ON_POSTGRESQL)


def put(
    tx: Connection,
    rows: Iterable[Entity],
    *,
    now: datetime,
    connection: str = "psa",
    connector: str = "tabular",
    environment: str = "live",
    mode: str = "incremental",
) -> int:
    """Store records as a sync of a connection would; return the id of its source."""
    source = sources.ensure(tx, connection, connector, environment, now).id
    for stream, same in groupby(rows, attrgetter("stream")):
        incoming = [Incoming(row, None, None, "1") for row in same]
        records.apply(tx, source, stream, incoming, mode=mode, now=now)
    return source
