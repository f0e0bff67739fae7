"""The tables of the documentation name what exists."""

import re
from pathlib import Path

from servicedesk_core.testing import traps_without_test
from servicedesk_lenovo import LenovoSettings

HERE = Path(__file__).parent
TRAPS = HERE.parent / "docs" / "traps.md"
README = HERE.parent / "README.md"


def test_every_trap_is_shown_by_a_test_that_exists():
    assert traps_without_test(TRAPS, HERE) == []
    assert TRAPS.read_text(encoding="utf-8").count("::test_") >= 30


def test_readme_names_every_setting_and_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| ?`?([^|`]*?)`? ?\|", README.read_text(encoding="utf-8"), re.MULTILINE))
    fields = LenovoSettings.model_fields
    assert rows.keys() == fields.keys()
    for name, shown in rows.items():
        default = fields[name].default
        if isinstance(default, int | str) and name != "url":
            assert shown.strip().lower() == str(default).lower(), name
