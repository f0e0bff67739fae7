"""Every measure can be taken: what it says is for people, that it says something is for us."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import MEASURES, SLOW

ROOT = Path(__file__).parents[2]
TAKES_LONG = {"memory", "event-log", "write-kills", "postgres", "two-in-flight"}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("measure", sorted((MEASURES | SLOW).keys() - TAKES_LONG))
def test_a_measure_prints_its_row(measure):
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", measure]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) > 2, "a heading, a rule and a figure"
