"""How much of the program a command imports: what it needs not, it does not wait for."""

import subprocess
import sys

import pytest

from servicedesk_core import ServiceDesk

MOST = {"tickets list": 137, "report desk": 165, "report morning": 267, "claims list": 160, "status": 158}
COUNT = """
import sys
from servicedesk_core.cli.main import main
assert main(sys.argv[1:]) == 0
print("\\n".join(sys.modules))
"""


OF_OTHERS = (
    "http", "outbox", "sync.engine", "plugins.host", "store.schema.whole", "features.claims.queries",
    "features.warranty.queries", "features.tickets.actions",
)  # fmt: skip
"""What asks vendors, what writes, and what other features bring."""


@pytest.mark.slow
@pytest.mark.parametrize("line", MOST)
def test_a_command_that_reads_imports_little_and_nothing_of_vendors_writes_and_other_features(line, tmp_path):
    (tmp_path / "servicedesk.toml").write_text('[desk]\nname = "X"\n')
    ServiceDesk.migrate(tmp_path / "servicedesk.toml")
    ran = subprocess.run(
        [sys.executable, "-c", COUNT, *line.split()], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "sqlalchemy.dialects.postgresql" not in ran.stdout.splitlines(), "the store is SQLite"
    loaded = {name for name in ran.stdout.splitlines() if name.startswith("servicedesk_core")}
    own = f"features.{line.partition(' ')[0]}"
    others = tuple(f"servicedesk_core.{room}" for room in OF_OTHERS if not room.startswith(own))
    assert {name for name in loaded if name.startswith(others)} == set()
    counted = {name for name in loaded if not said_of_itself(name)}
    assert len(counted) <= MOST[line], sorted(counted)


def said_of_itself(name):
    """Whether it is what a feature says of itself: little, and of every feature where all are asked for their jobs."""
    return name.startswith("servicedesk_core.features.") and name.count(".") == 2
