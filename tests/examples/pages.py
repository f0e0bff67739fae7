"""A page that makes a distribution step by step, and the distribution installed for real on a desk."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from servicedesk_core import ServiceDesk
from servicedesk_core.clock import SystemClock
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Tutorial:
    """What a page shows."""

    page: str
    example: str

    @cached_property
    def _text(self):
        return (ROOT / "docs" / "develop" / self.page).read_text(encoding="utf-8")

    @property
    def files(self):
        """Files by name."""
        found = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", self._text, re.MULTILINE | re.DOTALL)
        return {name: text for _, name, text in found}

    @property
    def session(self):
        """Commands, each with what it prints."""
        return re.findall(r"^\$ servicedesk (.*)\n((?:[^$`].*\n)*)", self._text, re.MULTILINE)

    @property
    def made(self):
        """The files of the example."""
        folder = ROOT / "examples" / self.example
        found = (path for path in folder.rglob("*") if path.suffix in {".py", ".toml"})
        return {str(path.relative_to(folder)): path.read_text() for path in found}

    def install(self, source, target):
        """Install the distribution of the page into a folder."""
        for name, text in self.files.items():
            (source / name).parent.mkdir(exist_ok=True)
            (source / name).write_text(text)
        offline = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
        subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", target, source], check=True)


def desk_with(rows, folder, site):
    """Return a function that runs Python in a folder with a desk that has some records, and what is installed."""
    (folder / "servicedesk.toml").write_text('[desk]\nname = "X"\n[connections.psa]\nconnector = "tabular"\n')
    ServiceDesk.migrate(folder / "servicedesk.toml")

    def fill(tx):
        now = SystemClock().now()
        source = sources.ensure(tx, "psa", "tabular", "live", now).id
        for row in rows:
            records.apply(tx, source, row.stream, [Incoming(row, None, None, "1")], mode="incremental", now=now)

    with Store.open(f"sqlite:///{folder / 'servicedesk.db'}", clock=SystemClock()) as store:
        store.write_blocking(fill)

    def process(*arguments, **environment):
        environment = {**os.environ, "PYTHONPATH": str(site), **environment}
        return subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return process


def servicedesk(run, line, **environment):
    """Run a command."""
    return run("-m", "servicedesk_core.cli", *line.split(), **environment)


def told_by(ran):
    """Return the lines that a command printed."""
    return [one.rstrip() for one in (ran.stdout + ran.stderr).splitlines() if one]
