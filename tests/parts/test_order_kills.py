"""Whoever orders is killed with SIGKILL at random instants: nothing is lost, nothing is ordered twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "10"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kills_at_random_instants_around_orders(tmp_path):
    command = [sys.executable, "-m", "tests.parts.order_kills", "--folder", str(tmp_path), "--kills", str(KILLS)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    wanted = {"lost": 0, "doubled": 0, "unknown": 0, "unfinished": 0}
    assert {name: told[name] for name in wanted} == wanted, told
    assert told["orders"] >= KILLS // 2, "most kills met somebody who ordered"
