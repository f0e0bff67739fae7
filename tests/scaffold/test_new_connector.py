import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from servicedesk_core.errors import SettingsError
from servicedesk_core.scaffold import FAMILIES, write_connector


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=800, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "least"),
    [("tickets", 12), ("warranty", 26), ("parts", 55), ("billing", 60), ("calendar", 8), ("router", 7)],
)
def test_a_new_connector_passes_the_suites_of_its_family(tmp_path: Path, family: str, least: int) -> None:
    write_connector("acme-desk", tmp_path, family)
    folder = tmp_path / "acme-desk"
    out = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], folder, PYTHONPATH=str(folder / "src"))
    passed = int(out.rsplit(" passed", 1)[0].split()[-1])
    assert passed >= least, out


def test_there_are_only_families_with_a_template(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no family"):
        write_connector("acme", tmp_path, "phone")


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_connector_is_linted_strictly_typed_and_of_grade_silver(tmp_path: Path, family: str) -> None:
    write_connector("acme", tmp_path, family)
    folder = tmp_path / "acme"
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,UP,B", "--line-length", "120", "."]
    run(ruff, folder / "src")
    command = [sys.executable, "-m", "servicedesk_core.cli", "plugins", "check", str(folder), "--json"]
    grade = json.loads(run(command, tmp_path, PYTHONPATH=str(folder / "src")))["data"]
    assert grade["grade"] == "silver"
    assert {one["state"] for one in grade["outcomes"] if one["rule"] in {"tests-green", "strict-types"}} == {"met"}


@pytest.mark.parametrize("name", ["", "Acme", "acme desk", "1acme", "../acme", "acme_desk"])
def test_a_name_that_is_no_connector_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="not a connector id"):
        write_connector(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    with pytest.raises(SettingsError, match="exists already"):
        write_connector("acme", tmp_path)
