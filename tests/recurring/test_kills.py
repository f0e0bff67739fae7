"""Whoever makes the tickets of plans is killed with SIGKILL: none is lost, and none is made twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = os.environ.get("SERVICEDESK_TEST_KILLS", "20")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("how", [("--faults", "10"), ("--points",)], ids=["instants", "points"])
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_kills_around_generation(request, tmp_path, database, how):
    store = f"sqlite:///{tmp_path / 'desk.db'}"
    if database == "postgresql":
        store = request.getfixturevalue("new_postgres_url")()
    command = [sys.executable, "-m", "tests.recurring.kills", "--store", store, "--kills", KILLS, *how]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=550, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    assert told["kills"] > 0
    wanted = {"lost": 0, "doubled": 0, "steps_lost": 0, "in_doubt": []}
    assert {name: told[name] for name in wanted} == wanted, told
