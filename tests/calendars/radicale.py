"""A real server of calendars: an environment of its own, kept below the user's cache directory, and a free port."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PASSWORD = "calendar-pw-1"
_MADE = "made"
_READY_S = 60.0


class NoServerError(Exception):
    """The packages cannot be had here."""


def prepared() -> Path:
    """Return the environment, made unless it was made before.

    Raises:
        NoServerError: The packages cannot be had here.
    """
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servicedesk-tests" / "radicale"
    kept.mkdir(parents=True, exist_ok=True)
    told = sys.version + (HERE / "requirements.txt").read_text(encoding="utf-8")
    venv = kept / f"venv-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (venv / _MADE).exists():
            shutil.rmtree(venv, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True)
            pip = [venv / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
            done = subprocess.run([*pip, "-r", HERE / "requirements.txt"], capture_output=True, text=True, check=False)
            if done.returncode:
                raise NoServerError(f"the packages of the real server cannot be had: {done.stderr.strip()[-300:]}")
            (venv / _MADE).touch()
    return venv


@contextlib.contextmanager
def running(venv: Path, place: Path) -> Iterator[str]:
    """Run a server with the user ana while the block lasts; yield its address."""
    (place / "users").write_text(f"ana:{PASSWORD}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = (
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {place / 'users'}\n"
        f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {place / 'collections'}\n"
    )
    (place / "config").write_text(settings, encoding="utf-8")
    log = place / "log"
    with log.open("w") as out:
        command = [venv / "bin" / "radicale", "--config", place / "config"]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return as soon as the server answers."""
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-2_000:])
