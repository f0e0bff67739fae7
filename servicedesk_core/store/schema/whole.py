"""The tables as a whole, for what makes, copies, compares or checks all of them."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData

from servicedesk_core.store import schema
from servicedesk_core.store.schema import base

for _room in iter_modules(schema.__path__, f"{schema.__name__}."):
    if _room.name != __name__:
        import_module(_room.name)  # for the tables that it makes

metadata: MetaData = base.metadata
"""All tables."""
