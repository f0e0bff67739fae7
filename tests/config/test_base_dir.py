"""Relative paths of a connector that reads files start at the folder of the configuration."""

from pathlib import Path

import pytest

from servicedesk_core.config import Secrets, connector_settings, load_settings
from servicedesk_core.connectors.tabular import TabularSettings


@pytest.mark.parametrize(("line", "expected"), [("", "."), ('base_dir = "exports"', "exports")])
def test_paths_start_at_the_folder_of_the_configuration(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "servicedesk.toml"
    path.write_text(f'[connections.log]\nconnector = "tabular"\nmapping_file = "log.toml"\n{line}\n')
    desk = load_settings(path)
    settings = connector_settings(desk, "log", TabularSettings, Secrets(directory=desk.directory))
    assert settings.base_dir == tmp_path / expected
