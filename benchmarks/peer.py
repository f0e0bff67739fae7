"""airbyte-cdk at the same work, in an environment of its own that lasts as long as it is measured."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from benchmarks import airbyte_peer
from benchmarks.raw_floor import FIELDS
from benchmarks.vendor import Vendor

PINNED = "airbyte-cdk==7.39.1"

Peer = Callable[[Vendor, Path], tuple[int, float]]
"""Reads a vendor into a database; returns the records and the seconds of processor time."""


class NoPeerError(Exception):
    """It could not be installed; the text says why."""


@contextlib.contextmanager
def installed() -> Iterator[Peer]:
    """Install it under a temporary folder.

    Raises:
        NoPeerError: It could not be.
    """
    with tempfile.TemporaryDirectory(prefix="bench-peer-") as home:
        python = str(Path(home) / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        for command in ([sys.executable, "-m", "venv", home], [python, "-m", "pip", "install", "--quiet", PINNED]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise NoPeerError((done.stderr.strip().splitlines() or ["no reason was given"])[-1][:120])

        def peer(vendor: Vendor, path: Path) -> tuple[int, float]:
            told = [vendor.api, orjson.dumps(vendor.headers).decode(), str(path), orjson.dumps(FIELDS).decode()]
            command = [python, airbyte_peer.__file__, *told]
            answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            stored, took_s = orjson.loads(answer.stdout.splitlines()[-1])
            return int(stored), float(took_s)

        yield peer
