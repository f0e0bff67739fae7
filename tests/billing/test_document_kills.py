"""Whoever bills is killed with SIGKILL at random instants: every document is in the books exactly once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "10"))
DOCUMENTS = 30


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kills_at_random_instants_around_documents(tmp_path):
    command = [sys.executable, "-m", "tests.billing.document_kills", "--folder", str(tmp_path)]
    command += ["--kills", str(KILLS), "--documents", str(DOCUMENTS)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    assert told.pop("before_the_last"), "some kill met somebody who had sent"
    wanted = {"documents": DOCUMENTS, "billed": DOCUMENTS, "twice": 0, "lost": 0, "unknown": 0, "gaps": 0}
    assert told == wanted
