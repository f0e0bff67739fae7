"""Makes fixed what differs from run to run: the clock, chance, the account, the terminal; and what is left, by name."""

import os
import re
import secrets
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from servicedesk_core import __version__, processes, system
from servicedesk_core.clock import SystemClock
from servicedesk_core.outbox.policy import WritePolicy

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
_PATH_LENGTH = 40

_ENVIRONMENT = {
    "TERM": "dumb",
    "LINES": "50",
    "NO_COLOR": "1",
    "TZ": "UTC",
    "LOGNAME": "ana",
    "USER": "ana",
    "SERVICEDESK_MACHINE": "golden",
}

REPLACED: tuple[tuple[str, str], ...] = (
    (re.escape(__version__), "VERSION"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\b[0-9a-f]{64}\b", "HASH"),  # of audit records, which tell the numbers of runs
    (r"\b[0-9a-f]{32}\b", "RUN"),
    (r'("store_bytes"): \d+', r"\1: 0"),  # SQLite's own
    # Requests, because which stream asks first also asks how much of the quota is left; and records per second.
    (r" +\d+ +[\d,]+  complete$", "          N  complete"),
    (r"^(appointments +)[\d ]+complete$", r"\1N  complete"),  # which of its two lists is answered first
    (r'("(?:ours|others|requests_per_hour)"): [\d.]+', r"\1: 0"),  # which request was counted first
    (r"^psa +\d+ +10,000 +\d+ +10,000 ", "psa  N  10,000  N  10,000 "),
    (r"^(?:! )?Still at work after .*\n", ""),
    (r" +$", ""),  # a terminal's lines are filled
)
"""What no clock and no seed can fix, as regular expressions, and what stands for it."""


def fixed_text(text: str, folder: Path) -> str:
    """Return text without what differs from run to run, and with what a terminal would not show spelt out."""
    text = text.replace(str(folder), "FOLDER")
    for pattern, instead in REPLACED:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return "".join(one if one.isprintable() or one in "\n\u200d" else f"\\u{{{ord(one):x}}}" for one in text)


@contextmanager
def fixed_folder() -> Iterator[Path]:
    """Make a folder whose path has the same length everywhere, because tables are as wide as what stands in them."""
    with tempfile.TemporaryDirectory() as home:
        lacking = _PATH_LENGTH - len(str(Path(home).resolve())) - 1
        if lacking < 1:
            pytest.skip(f"the path of the temporary folder {home} is too long for an 80-column table")
        folder = Path(home).resolve() / ("d" * lacking)
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            yield folder


@contextmanager
def fixed_world() -> Iterator[None]:
    """Stop the clock at :data:`NOW`, let chance draw the same every time, and let one write go out after the other."""
    chance = Random(1)  # the opposite is wanted
    policy_of = WritePolicy.of
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delenv("SERVICEDESK_CONFIG", raising=False)
        patch.setattr(SystemClock, "now", lambda _: NOW)
        patch.setattr(WritePolicy, "of", lambda section: replace(policy_of(section), parallel=1))
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
        patch.setattr(secrets, "choice", chance.choice)
        patch.setattr(secrets, "token_hex", lambda size=32: chance.randbytes(size).hex())
        _look_again()
        try:
            yield
        finally:
            patch.undo()
            _look_again()


def _look_again() -> None:
    """Forget what was read of the environment: zone and machine are others inside, and again outside."""
    system.machine.cache_clear()
    processes._place.cache_clear()
    if hasattr(time, "tzset") and os.name == "posix":
        time.tzset()
