"""Whoever makes and sends messages is killed at each transaction: nothing is lost, and nothing is mailed twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "20"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("new_postgres_url")()


def test_kills_at_each_transaction_of_making_and_sending(tmp_path, store):
    command = [sys.executable, "-m", "tests.messages.kills", "--folder", str(tmp_path), "--store", store]
    command += ["--tickets", "6", "--kills", str(KILLS)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    found = json.loads(ran.stdout)
    wanted = {"told": 6, "lost": 0, "doubled": 0, "unsent": 0, "unlisted": 0}
    assert {name: found[name] for name in wanted} == wanted, found
    assert found["arrived"] + found["in_doubt"] >= 6, found
    assert found["killed"] > 0, found
