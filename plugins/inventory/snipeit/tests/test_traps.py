"""The tables of the documentation name what exists."""

from pathlib import Path

from servicedesk_core.testing import documented_settings, traps_without_test
from servicedesk_snipeit import SnipeItSettings

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"
README = HERE.parent / "README.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") >= 20


def test_readme_names_every_setting():
    assert SnipeItSettings.model_fields.keys() <= documented_settings(README)
