"""The tables as a whole, for what makes, copies, compares or checks all of them."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import MetaData

from servicedesk_core.store import schema
from servicedesk_core.store.schema import base

for _room in iter_modules(schema.__path__, f"{schema.__name__}."):
    if _room.name != __name__:
        import_module(_room.name)  # for the tables that it makes


def is_had(one: Any, dialect: str) -> bool:
    """Whether a database has a table, a column or an index: some indexes are for one of the two only."""
    condition = getattr(one, "_ddl_if", None)
    return condition is None or condition.dialect == dialect


metadata: MetaData = base.metadata
"""All tables."""
