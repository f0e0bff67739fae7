"""A store on each database, and rows that name somebody in every text."""

import pytest
from sqlalchemy import Boolean, Integer, LargeBinary, Text, type_coerce
from sqlalchemy.types import TypeDecorator

from servicedesk_core.store import Store
from servicedesk_core.store.column_types import Json, is_text
from servicedesk_core.store.schema.base import NAMES
from servicedesk_core.testing import FakeClock

NAME = "Jane Quoxberry"


@pytest.fixture
def store(store_url):
    with Store.open(store_url, clock=FakeClock()) as opened:
        yield opened


def is_bytes(column):
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, LargeBinary)


def is_key(column):
    return column.primary_key or column.unique


def telling(table):
    """A row whose every text names somebody; of the rest only what must be there."""
    row = {}
    for column in table.columns:
        if is_text(column):
            text = (
                "x"
                if is_key(column) and not column.info.get(NAMES)
                else f'{{"of": "{NAME}"}}'
                if isinstance(column.type, Json)
                else NAME
            )
            row[column] = type_coerce(text, Text)
        elif not column.nullable or column.primary_key:
            row[column] = b"x" if is_bytes(column) else isinstance(column.type, Boolean) or type_coerce(1, Integer)
    return row
