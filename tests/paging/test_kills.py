"""Whoever escalates and pages is killed with SIGKILL: nothing is lost, and nothing is said twice without a mark."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "20"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("new_postgres_url")()


def killed(folder, store, *options):
    command = [sys.executable, "-m", "tests.paging.kills", "--folder", str(folder), "--store", store, *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "options", [("--kills", str(KILLS)), ("--points", "--kills", "30")], ids=["instants", "points"]
)
def test_kills_around_escalation_and_paging(tmp_path, store, options):
    told = killed(tmp_path, store, "--tickets", "20", *options)
    wanted = {"lost": 0, "doubled_without_mark": 0, "unlisted": 0, "unknown": 0}
    assert {name: told[name] for name in wanted} == wanted, told
    if not told["before_the_last"]:
        pytest.skip("this machine is so busy that whoever was killed had told nobody anything yet")
