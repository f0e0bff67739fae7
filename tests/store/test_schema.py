"""The migrations make exactly the tables that the code describes."""

import importlib.resources
import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from servicedesk_core.domain import STREAMS
from servicedesk_core.store import migrations, schema, views


def test_migrated_tables_equal_the_tables_in_code(store):
    def work(tx):
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": False})
        return compare_metadata(context, schema.metadata)

    assert store.read_blocking(work) == [], "run: python -m servicedesk_core.store.migrations.draft 'what changes'"


def test_migrated_indexes_equal_those_in_code(store):
    """Alembic compares neither the conditions nor the extra columns of indexes on SQLite."""

    def work(tx):
        found = inspect(tx)
        return {i["name"]: i["column_names"] for t in schema.metadata.tables for i in found.get_indexes(t)}

    in_code = {i.name: [c.name for c in i.columns] for t in schema.metadata.tables.values() for i in t.indexes}
    found = {name: columns for name, columns in store.read_blocking(work).items() if name.startswith("ix_")}
    assert found == in_code


def test_the_version_in_code_is_the_newest_migration():
    names = [p.name for p in (importlib.resources.files(migrations) / "versions").iterdir()]
    numbers = [int(m.group(1)) for name in names if (m := re.fullmatch(r"(\d{4})_.*\.py", name))]
    assert sorted(numbers) == list(range(1, schema.SCHEMA_VERSION + 1))
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
