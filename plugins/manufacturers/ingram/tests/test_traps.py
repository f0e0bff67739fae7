"""The table of traps names tests that exist."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = (HERE.parent / "docs" / "traps.md").read_text(encoding="utf-8")
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| the vendor"))]


def test_every_trap_is_shown_by_a_test_that_exists():
    assert len(ROWS) >= 12
    for row in ROWS:
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row.split("|")[3])
        assert named, row
        for file, name in named:
            source = (HERE / file).read_text(encoding="utf-8")
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), f"{file}::{name}"
