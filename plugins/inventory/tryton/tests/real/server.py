"""A real server: an environment of its own, a database that is seeded once and copied, a port from the system.

Both are kept between runs, below the user's cache directory, for as long as what they are made of stays the same.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MODULES = ("account_invoice", "stock", "purchase", "stock_lot", "stock_supply")
ADMIN = "adminpw-1"
_LACKS, _MADE = "lacks", "made"
_READY_S = 60.0


class NoServerError(Exception):
    """The packages cannot be had here."""


@dataclass(frozen=True)
class Prepared:
    """What a server is run from.

    Attributes:
        venv: Its environment.
        base: The seeded database.
    """

    venv: Path
    base: Path

    def program(self, name: str) -> Path:
        """Return a program of the environment."""
        return self.venv / "bin" / name


def prepared(run: Path) -> Prepared:
    """Make the environment and the seeded database, unless they were made before, once for all workers.

    Args:
        run: A folder that all workers of this run share.

    Raises:
        NoServerError: The packages cannot be had here.
    """
    run.mkdir(parents=True, exist_ok=True)
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servicedesk-tests" / "tryton"
    kept.mkdir(parents=True, exist_ok=True)
    packages = _key(sys.version, HERE / "requirements.txt")
    # The books are of the present year.
    data = _key(packages, *MODULES, str(dt.datetime.now(dt.UTC).year), HERE / "seed.py")
    made = Prepared(kept / f"venv-{packages}", kept / f"base-{data}.sqlite")
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (run / _LACKS).exists():
            raise NoServerError((run / _LACKS).read_text(encoding="utf-8"))
        if not (made.venv / _MADE).exists():
            _install(made, run)
        if not made.base.exists():
            _seed(made, run / "seeding")
    return made


def _key(*parts: str | Path) -> str:
    told = [part.read_text(encoding="utf-8") if isinstance(part, Path) else part for part in parts]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]


@contextlib.contextmanager
def running(made: Prepared, place: Path) -> Iterator[str]:
    """Run a server on a copy of the database while the block lasts; yield its address."""
    _configure(place, made.base)
    log = place / "log"
    command = [made.program("trytond"), "-c", place / "trytond.conf", "-d", "erp"]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _install(made: Prepared, run: Path) -> None:
    shutil.rmtree(made.venv, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", made.venv], check=True, capture_output=True)
    pip = [made.program("python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "-r", HERE / "requirements.txt"], capture_output=True, text=True, check=False)
    if done.returncode:
        why = f"the packages of the real server cannot be had: {done.stderr.strip()[-300:]}"
        (run / _LACKS).write_text(why, encoding="utf-8")
        raise NoServerError(why)
    (made.venv / _MADE).touch()


def _seed(made: Prepared, place: Path) -> None:
    _configure(place, None)
    password = place / "password"
    password.write_text(ADMIN, encoding="utf-8")
    settings = place / "trytond.conf"
    admin = [made.program("trytond-admin"), "-c", settings, "-d", "erp"]
    for command in (
        [*admin, "--all", "--email", "admin@example.com"],
        [*admin, "-u", *MODULES, "--activate-dependencies"],
        [made.program("python"), HERE / "seed.py", settings],
    ):
        done = subprocess.run(
            command, env={**os.environ, "TRYTONPASSFILE": str(password)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    # Moved into place whole: a run that ends before leaves nothing that another one would take for it.
    copied = made.base.with_suffix(".part")
    shutil.copy(place / "db" / "erp.sqlite", copied)
    copied.rename(made.base)


def _configure(place: Path, base: Path | None) -> None:
    (place / "db").mkdir(parents=True)
    database = place / "db" / "erp.sqlite"
    if base is None:
        database.touch()
    else:
        shutil.copy(base, database)
    told = f"[database]\nuri = sqlite://\npath = {place / 'db'}\n[web]\nlisten = 127.0.0.1:0\n"
    (place / "trytond.conf").write_text(told, encoding="utf-8")


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return where a server listens, as soon as it says so."""
    end = time.monotonic() + _READY_S
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"the real server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
