"""A desk over a small log of events; no configuration file and no environment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desk.two_clients import filled, new_url  # noqa: F401  # fixtures

LOG = (
    "case,step,at\n"
    "1,New,2024-01-01T10:00:00Z\n1,Closed,2024-01-02T10:00:00Z\n"
    "2,New,2024-01-03T10:00:00Z\n3,New,2024-01-04T10:00:00Z\n"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


@pytest.fixture
def settings(tmp_path: Path, log: Path) -> Callable[..., dict[str, Any]]:
    """The keys of a configuration, as a program would hold them."""

    def keys(*names: str) -> dict[str, Any]:
        file = {
            "path": str(log),
            "layout": "event",
            "columns": {"ticket_ref": "case", "vendor_word": "step", "effective_at": "at"},
            "words": {"New": "new", "Closed": "closed"},
        }
        return {
            "desk": {"name": "Example MSP"},
            "connections": {name: {"connector": "tabular", "files": [file]} for name in names or ("log",)},
        }

    return keys
