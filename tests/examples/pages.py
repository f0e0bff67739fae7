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
from servicedesk_core.store import Store
from tests import stored

ROOT = Path(__file__).parents[2]
_AT_ONCE = """
import sys
from servicedesk_core.cli.main import main
sys.exit(max(main(line.split()) for line in sys.argv[1:]))
"""


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
    def commands(self):
        """Commands whose output is not shown."""
        return re.findall(r"^servicedesk (.*)$", self._text, re.MULTILINE)

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

    clock = SystemClock()
    with Store.open(f"sqlite:///{folder / 'servicedesk.db'}", clock=clock) as store:
        store.write_blocking(lambda tx: stored.put(tx, rows, now=clock.now()))

    def process(*arguments, **environment):
        environment = {**os.environ, "PYTHONPATH": str(site), **environment}
        return subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return process


def servicedesk(run, line, **environment):
    """Run a command."""
    return run("-m", "servicedesk_core.cli", *line.split(), **environment)


def told_at_once(run, *lines):
    """Return what several commands print that run one after the other in one process."""
    ran = run("-c", _AT_ONCE, *lines)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def told_by(ran):
    """Return the lines that a command printed; not that a busy machine lets it take long."""
    lines = (ran.stdout + ran.stderr).splitlines()
    return [one.rstrip() for one in lines if one and not one.startswith("Still at work")]
