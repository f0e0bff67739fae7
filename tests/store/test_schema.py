"""The migrations make exactly the tables that the code describes, and that a new store has."""

import importlib.resources
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from servicedesk_core.domain import STREAMS
from servicedesk_core.store import migrations, schema, upgrade, views
from servicedesk_core.store.connecting import parse, writer_engine
from servicedesk_core.store.schema.whole import is_had

DRAFT = "run: python -m servicedesk_core.store.migrations.draft 'what changes'"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def made_by(request, tmp_path):
    """Return a function that lets another one make a store, and looks at it."""

    def made_by(make, look):
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / make.__name__}.db"
        else:
            url = request.getfixturevalue("new_postgres_url")()
        engine = writer_engine(parse(url))
        with engine.begin() as tx:
            make(tx)
            seen = look(tx)
        engine.dispose()
        return seen

    return made_by


def test_migrated_tables_equal_the_tables_in_code(made_by):
    def look(tx):
        opts = {
            "compare_type": True,
            "compare_server_default": False,
            "include_object": lambda one, *_: is_had(one, tx.dialect.name),
        }
        context = MigrationContext.configure(tx, opts=opts)
        return compare_metadata(context, schema.metadata)

    assert made_by(upgrade.run_migrations, look) == [], DRAFT


def test_a_new_store_is_what_the_migrations_make(made_by):
    assert made_by(upgrade.make, described) == made_by(upgrade.run_migrations, described), DRAFT


def described(tx):
    """Return all that a database says of its tables; not the order of columns: migrations add at the end."""
    found = inspect(tx)
    seen = {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)),
            found.get_pk_constraint(table),
            sorted(found.get_unique_constraints(table), key=lambda unique: unique["name"]),
            sorted(
                (i["name"], i["column_names"], i["unique"], sorted(f"{k}={v}" for k, v in i["dialect_options"].items()))
                for i in found.get_indexes(table)
            ),
        )
        for table in found.get_table_names()
    }
    if tx.dialect.name == "sqlite":
        for option in ("AUTOINCREMENT", "WITHOUT ROWID"):
            query = f"SELECT name FROM sqlite_master WHERE sql LIKE '%{option}%' ORDER BY name"
            seen[option] = tx.exec_driver_sql(query).scalars().all()
    return seen


def test_the_version_in_code_is_the_newest_migration():
    names = [p.name for p in (importlib.resources.files(migrations) / "versions").iterdir()]
    numbers = [int(m.group(1)) for name in names if (m := re.fullmatch(r"(\d{4})_.*\.py", name))]
    assert (min(numbers), max(numbers)) == (schema.FIRST_VERSION, schema.SCHEMA_VERSION)
    assert len(numbers) == len({*numbers})
    assert schema.MIN_READER <= schema.SCHEMA_VERSION


def test_every_field_of_the_domain_has_its_column():
    for stream, entity in STREAMS.items():
        columns = schema.RECORDS[stream].columns.keys()
        assert tuple(columns[: len(schema.BOOKKEEPING)]) == schema.BOOKKEEPING
        assert set(entity.model_fields) <= set(columns)
        assert columns[-1] == "raw"


def test_views_match_their_description(store):
    found = store.read_blocking(
        lambda tx: {v: [c["name"] for c in inspect(tx).get_columns(v)] for v in inspect(tx).get_view_names()}
    )
    assert found == {view.name: [c.name for c in view.columns] for view in views.describe()}
    assert all(view.meaning and all(c.meaning for c in view.columns) for view in views.describe())
