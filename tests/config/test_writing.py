"""A configuration is written as a whole, with comments, readable by its owner only."""

import stat
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.config import load_settings
from servicedesk_core.config.toml_file import Section, connection_section, desk_section, render, write_settings
from servicedesk_core.errors import SettingsError

TEXT = render(
    (
        desk_section({"name": 'The "Example" MSP', "timezone": "Europe/Rome"}),
        connection_section(
            "psa",
            {"connector": "autotask", "streams": ["tickets"], "mapping": {"status": {"Waiting: Customer": "on_hold"}}},
        ),
    ),
    head="Made by servicedesk init.",
)


def test_what_was_written_is_read_back(tmp_path):
    path = tmp_path / "servicedesk.toml"
    write_settings(path, TEXT)
    settings = load_settings(path)
    assert settings.desk.name == 'The "Example" MSP'
    assert settings.connections["psa"].mapping.status == {"Waiting: Customer": "on_hold"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_settings_are_explained_above_them():
    assert "# IANA time zone of the desk" in TEXT
    assert TEXT.startswith("# Made by servicedesk init.\n")


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path):
    path = tmp_path / "servicedesk.toml"
    path.write_text("[desk]\n")
    with pytest.raises(SettingsError, match="exists already"):
        write_settings(path, TEXT)
    assert path.read_text() == "[desk]\n"
    write_settings(path, TEXT, overwrite=True)
    assert path.read_text() == TEXT


def test_a_wrong_configuration_is_never_written(tmp_path):
    path = tmp_path / "servicedesk.toml"
    with pytest.raises(SettingsError, match="timezone"):
        write_settings(path, render((desk_section({"timezone": "Nowhere"}),)))
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be written: No such file"):
        write_settings(tmp_path / "nowhere" / "servicedesk.toml", TEXT)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.one_of(words, st.booleans(), st.integers(-(2**60), 2**60), st.dates(), st.lists(words, max_size=3))


@given(st.dictionaries(words, st.one_of(values, st.dictionaries(words, values, max_size=3)), max_size=5))
def test_any_table_survives_writing_and_reading(table):
    text = render((Section(("a b", "c"), table, comment="First\nsecond"),))
    assert tomllib.loads(text) == {"a b": {"c": table}}
