"""A real server: an environment of its own, a database that is seeded once and copied, a port from the system."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
MODULES = ("account_invoice", "stock", "purchase", "stock_lot", "stock_supply")
ADMIN = "adminpw-1"
_BASE, _LACKS = "base.sqlite", "lacks"
_READY_S = 60.0


class NoServerError(Exception):
    """The packages cannot be had here."""


def prepared(root: Path) -> Path:
    """Make the environment and the seeded database below a folder, once for all who share it; return the folder.

    Raises:
        NoServerError: The packages cannot be had here.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (root / _LACKS).exists():
            raise NoServerError((root / _LACKS).read_text(encoding="utf-8"))
        if not (root / _BASE).exists():
            _install(root)
            _seed(root)
    return root


@contextlib.contextmanager
def running(root: Path, place: Path) -> Iterator[str]:
    """Run a server on a copy of the database while the block lasts; yield its address."""
    _configure(place, root / _BASE)
    log = place / "log"
    command = [_program(root, "trytond"), "-c", place / "trytond.conf", "-d", "erp"]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _install(root: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", root / "venv"], check=True, capture_output=True)
    pip = [_program(root, "python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "-r", HERE / "requirements.txt"], capture_output=True, text=True, check=False)
    if done.returncode:
        why = f"the packages of the real server cannot be had: {done.stderr.strip()[-300:]}"
        (root / _LACKS).write_text(why, encoding="utf-8")
        raise NoServerError(why)


def _seed(root: Path) -> None:
    place = root / "seeding"
    _configure(place, None)
    password = place / "password"
    password.write_text(ADMIN, encoding="utf-8")
    settings = place / "trytond.conf"
    admin = [_program(root, "trytond-admin"), "-c", settings, "-d", "erp"]
    for command in (
        [*admin, "--all", "--email", "admin@example.com"],
        [*admin, "-u", *MODULES, "--activate-dependencies"],
        [_program(root, "python"), HERE / "seed.py", settings],
    ):
        done = subprocess.run(
            command, env={**os.environ, "TRYTONPASSFILE": str(password)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    (place / "db" / "erp.sqlite").rename(root / _BASE)


def _configure(place: Path, base: Path | None) -> None:
    (place / "db").mkdir(parents=True)
    database = place / "db" / "erp.sqlite"
    if base is None:
        database.touch()
    else:
        shutil.copy(base, database)
    told = f"[database]\nuri = sqlite://\npath = {place / 'db'}\n[web]\nlisten = 127.0.0.1:0\n"
    (place / "trytond.conf").write_text(told, encoding="utf-8")


def _program(root: Path, name: str) -> Path:
    return root / "venv" / "bin" / name


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return where a server listens, as soon as it says so."""
    end = time.monotonic() + _READY_S
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"the real server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
