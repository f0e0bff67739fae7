"""A PostgreSQL server, role or database with settings of its own: the store is the same, or says what it needs."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from servicedesk_core.desk.exporting import export
from servicedesk_core.domain import Survey, Ticket
from servicedesk_core.errors import StoreError, StoreMissingError
from servicedesk_core.store import Store, backup, records, sources
from servicedesk_core.store.records import Incoming

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def run_sql(postgres_url):
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")

    def run(*statements):
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    yield run
    engine.dispose()


def filled(url, clock):
    """Store two records and return an export of each of their streams."""
    rows = [
        Ticket(external_id="1", title="Printer", created_at=datetime(2026, 11, 12, 23, 59, 59, tzinfo=UTC)),
        Survey(external_id="1", ticket_ref="1", rating=1 / 3),
    ]
    with Store.open(url, clock=clock) as store:
        source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", NOW))
        for row in rows:
            incoming = [Incoming(row, None, None, "1")]
            store.write_blocking(
                lambda tx, i=incoming, r=row: records.apply(tx, source.id, r.stream, i, mode="incremental", now=NOW)
            )
    written = []
    with Store.open(url, clock=clock, read_only=True) as store:
        for row in rows:
            file = io.BytesIO()
            store.read_blocking(lambda tx, f=file, r=row: export(tx, f, r.stream, file_format="csv", connection=None))
            written.append(file.getvalue())
        assert backup.verify(store).problems == ()
    return written


@pytest.mark.parametrize(
    "setting",
    [
        "datestyle TO 'German'",
        "datestyle TO 'SQL, DMY'",
        "datestyle TO 'Postgres, MDY'",
        "intervalstyle TO 'sql_standard'",
        "timezone TO 'Asia/Kathmandu'",
        "client_encoding TO 'LATIN1'",
        "extra_float_digits TO '-10'",
        "bytea_output TO 'escape'",
        "default_transaction_read_only TO on",
        "default_transaction_isolation TO 'serializable'",
        "standard_conforming_strings TO off",
    ],
)
def test_the_store_is_the_same_whatever_the_database_has_set(new_postgres_url, run_sql, clock, sqlite_url, setting):
    url = new_postgres_url()
    run_sql(f"ALTER DATABASE {make_url(url).database} SET {setting}")
    assert filled(url, clock) == filled(sqlite_url, clock)


def test_a_store_stands_in_the_schema_of_the_role(new_postgres_url, run_sql, clock):
    url = new_postgres_url()
    database = make_url(url).database
    run_sql(f"ALTER DATABASE {database} SET search_path TO desk")
    with pytest.raises(StoreError, match="search_path") as caught:
        Store.open(url, clock=clock)
    assert "ALTER ROLE" in caught.value.hint
    in_database = create_engine(url, isolation_level="AUTOCOMMIT")
    with in_database.connect() as connection:
        connection.execute(text("CREATE SCHEMA desk"))
    before = filled(url, clock)
    with in_database.connect() as connection:
        connection.execute(text("CREATE SCHEMA other"))
    in_database.dispose()
    run_sql(f"ALTER DATABASE {database} SET search_path TO other, desk")
    assert filled(url, clock) == before


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN9", "EUC_JP"])
def test_a_database_that_cannot_hold_every_character_is_named(postgres_url, run_sql, clock, encoding):
    name = f"narrow_{encoding.lower()}"
    run_sql(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    for read_only in (False, True):
        with pytest.raises(StoreError, match=f"The database {name} has the encoding {encoding}.* needs UTF8") as caught:
            Store.open(url, clock=clock, read_only=read_only)
        assert "CREATE DATABASE" in caught.value.hint
        assert caught.value.exit_code == 6


def test_an_empty_database_is_no_store_yet(new_postgres_url, clock):
    with pytest.raises(StoreMissingError, match="it is empty") as caught:
        Store.open(new_postgres_url(), clock=clock, read_only=True)
    assert "servicedesk sync" in caught.value.hint


def test_what_the_server_cuts_off_names_the_limit(postgres_store_url, clock):
    def slow(tx):
        tx.execute(text("SET LOCAL statement_timeout = 1"))
        tx.execute(text("SELECT pg_sleep(60)"))

    with Store.open(postgres_store_url, clock=clock) as store:
        with pytest.raises(StoreError, match="statement_timeout") as caught:
            store.write_blocking(slow)
        assert "fault of the program" not in str(caught.value)
