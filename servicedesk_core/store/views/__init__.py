"""The public SQL views: what Power BI, Grafana, a notebook or ``sqlite3`` may rely on.

One view for each stream, ``v_`` and its name, with the live rows only (nothing that is gone at the vendor), derived
from the domain classes like the tables; beside them those of covers, of claims, and of the desk's own work. The tables
behind them are private.

Conventions of :data:`VIEWS_VERSION` 1:

* ``connection`` names the connection; ``external_id`` is the vendor's id; a record is unique by both. ``*_ref`` columns
  hold the ``external_id`` of a record of the same connection; beside each stands the name of what it points at.
* Instants are in UTC: ISO 8601 text with six decimals and ``Z`` on SQLite, ``timestamptz`` on PostgreSQL. Dates are ISO
  text, or ``date``. Durations (``*_s``) are whole seconds.
* Amounts are exact decimals: text on SQLite, ``numeric`` on PostgreSQL; the currency stands beside them.
* Lists and maps are JSON: text on SQLite, ``jsonb`` on PostgreSQL.
* Truth values are 0 and 1 on SQLite, ``boolean`` on PostgreSQL.

Within a version columns are only added. A column that goes or changes its meaning makes a new version, announced one
release before.
"""

from typing import NamedTuple

from sqlalchemy import Connection, text

from servicedesk_core.domain import STREAMS
from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.views import claims, cover, streams, system
from servicedesk_core.store.views.columns import Column

VIEWS_VERSION = 1

_OWN = cover.VIEWS | claims.VIEWS | system.VIEWS


class View(NamedTuple):
    """A public view.

    Attributes:
        name: Its name.
        meaning: What a row is.
        columns: Its columns, in order.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]


def create(tx: Connection) -> None:
    """Create all views; they must not exist."""
    dialect: Dialect = "sqlite" if tx.dialect.name == "sqlite" else "postgresql"
    for name, sql in definitions(dialect).items():
        tx.execute(text(f"CREATE VIEW {name} AS {sql}".replace(":", r"\:")))


def drop(tx: Connection) -> None:
    """Drop all views, before the tables behind them change."""
    for name in reversed(definitions("sqlite")):
        tx.execute(text(f"DROP VIEW IF EXISTS {name}"))


def describe() -> tuple[View, ...]:
    """Return every view with the meaning of its columns, for the documentation."""
    described = [
        View(
            f"v_{stream}",
            (entity.__doc__ or "").strip().partition("\n")[0],
            tuple(streams.columns_of(stream, "sqlite")),
        )
        for stream, entity in STREAMS.items()
    ]
    described += [View(name, view.meaning, tuple(view.columns("sqlite"))) for name, view in _OWN.items()]
    return tuple(described)


def definitions(dialect: Dialect) -> dict[str, str]:
    """Return the query of each view."""
    views = {
        f"v_{stream}": _select(streams.columns_of(stream, dialect), streams.source_of(stream)) for stream in STREAMS
    }
    return views | {name: _select(view.columns(dialect), view.source) for name, view in _OWN.items()}


def _select(columns: list[Column], source: str) -> str:
    return "SELECT " + ", ".join(f'{c.sql} AS "{c.name}"' for c in columns) + " " + source
