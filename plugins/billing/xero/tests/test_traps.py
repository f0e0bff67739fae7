"""The table of traps names tests that exist, and the README every setting."""

from pathlib import Path

from servicedesk_core.testing import documented_settings, traps_without_test
from servicedesk_xero import XeroSettings

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"
README = HERE.parent / "README.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") >= 40


def test_every_setting_is_explained():
    assert documented_settings(README) == set(XeroSettings.model_fields)
