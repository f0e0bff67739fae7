"""The table of traps names tests that exist."""

from pathlib import Path

from servicedesk_core.testing import traps_without_test

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") >= 12
