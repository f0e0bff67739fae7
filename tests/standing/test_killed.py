"""Whoever acts under a standing approval is killed between its steps, on each database: nothing is lost or doubled."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.standing.conftest import SOLVED, approval, grant, run, states

pytestmark = pytest.mark.slow  # a process of its own


@pytest.mark.parametrize(("at", "before"), [("proposed", "proposed"), ("approved", "queued")])
async def test_whoever_goes_on_sends_each_once(desk, vendor, store_url, at, before):
    await grant(desk, approval())
    command = [sys.executable, "-m", "tests.standing.killed", store_url, vendor.url, at]
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (await states(desk), vendor.commits) == ([before] * SOLVED, [])
    await run(desk)
    await desk.outbox.run()
    assert await states(desk) == ["confirmed"] * SOLVED
    assert set(Counter(number for _, _, number in vendor.commits).values()) == {1}
    assert len(vendor.commits) == SOLVED
