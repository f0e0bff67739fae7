"""A feature of somebody else, installed for real."""

from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.cli.main import main

FEATURE = """
from servicedesk_core.features import Feature

FEATURE = Feature("sites", "Sites of clients.", queries="{module}_queries:Sites")
"""

QUERIES = '''
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Help, Manner, Namespace, Page, query


class State(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    OPENED_LATE = "opened_late"


@dataclass(frozen=True)
class Site:
    name: Annotated[str, Column("What people call it.")]
    worked_s: Annotated[int | None, Column("Time worked there.", "Worked")]
    seen_at: Annotated[datetime | None, Column("When it was seen.", shown=False)]
    state: Annotated[str | None, Column("Its state.", shown=False)] = None


class Sites(Namespace[Manner]):
    """Sites of clients."""

    @query("sites.list", about="Sites.", empty="No site.", unscoped="it invents them")
    def list(
        self,
        tx: object,
        *,
        state: Annotated[State | None, Help("Only in this state.", none=True)] = None,
        since: Annotated[datetime | None, Help("Seen at or after.", name="seen-since")] = None,
        everything: Annotated[bool, Help("Also those that are closed.", name="all")] = False,
        limit: Annotated[int, Help("At most so many.", between=(1, 2))] = 2,
    ) -> Page[Site]:
        """List sites."""
        found = [Site("Harbor", 5400, since, state), Site("=Mill", None, None, "all" if everything else None)]
        return Page(tuple(found[:limit]), "1" if limit < 2 else None)
'''


@pytest.fixture
def site_feature(tmp_path, monkeypatch, install):
    """Return a function that installs the feature ``sites``, sound or broken; it returns the module of its queries."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def write(queries=QUERIES, feature=FEATURE, name="sites"):
        distribution = f"{tmp_path.name}-{name}".replace("_", "-")
        module = distribution.replace("-", "_")
        install(
            folder, distribution, f"[servicedesk.features]\n{name} = {module}:FEATURE\n", feature.format(module=module)
        )
        Path(folder / f"{module}_queries.py").write_text(queries)
        return f"{module}_queries"

    return write


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command on an empty desk."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "servicedesk.toml").write_text('[desk]\nname = "X"\ntimezone = "America/New_York"\n')
    ServiceDesk.migrate(tmp_path / "servicedesk.toml")

    def command(*line):
        code = main(list(line))
        told = capsys.readouterr()
        return code, told.out, told.err

    return command
