from pathlib import Path

import pytest

from servicedesk_core.connectors.tabular import load_mapping
from servicedesk_core.errors import SettingsError


def test_a_wrong_field_is_the_only_problem_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "devices.toml"
    file.write_text('[[files]]\npath = "d.csv"\nstream = "assets"\ncolumns = { external_id = "id", colour = "c" }\n')
    with pytest.raises(SettingsError) as caught:
        load_mapping(file)
    assert "unknown colour" in caught.value.message
    assert "at least 1 item" not in caught.value.message
    assert caught.value.hint


def test_an_empty_mapping_file_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text("files = []\n")
    with pytest.raises(SettingsError, match="at least 1 item"):
        load_mapping(file)
