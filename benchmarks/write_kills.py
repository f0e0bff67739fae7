"""How many writes are lost or doubled by a thousand kills."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.rows import Row

KILLS = Path(__file__).parent.parent / "tests" / "outbox" / "kills.py"
COUNT = 1_000
DESKS = 4
"""Desks beside one another, each with a vendor of its own: while one waits for a dead sender's lease, others work."""

FAULTS = 20
"""How many writes of a hundred meet a fault of the vendor besides."""


def write_kills(*, quick: bool) -> list[Row]:
    """Kill senders at random instants, beside a vendor that fails, and count."""
    kills = 40 if quick else COUNT
    with tempfile.TemporaryDirectory() as folder:
        running = [_kill(Path(folder), desk, kills // DESKS) for desk in range(DESKS)]
        ends = [process.communicate() for process in running]
    failed = [error for process, (_, error) in zip(running, ends, strict=True) if process.returncode]
    if failed:
        message = f"a desk ended with an error: {failed[0]}"
        raise RuntimeError(message)
    told: Counter[str] = Counter()
    for out, _ in ends:
        print(out, file=sys.stderr, end="")
        told.update(json.loads(out))
    bad = told["lost"] + told["doubled"] + told["unknown"] + told["unfinished"]
    return [
        Row(
            measure=(
                f"writes lost and doubled by {told['kills']:,} kills: "
                f"{told['writes']:,} writes, {told['doubts']:,} times in doubt, {told['unfinished']:,} unfinished"
            ),
            ours=f"{told['lost']} and {told['doubled']}",
            reference=f"{FAULTS} % of the vendor's answers broken",
            figure=f"{told['lost']} and {told['doubled']}",
            goal="0 and 0",
            met=bad == 0 and told["audit"] == DESKS,
        )
    ]


def _kill(folder: Path, desk: int, kills: int) -> "subprocess.Popen[str]":
    store = f"sqlite:///{folder / f'{desk}.db'}"
    command = [sys.executable, str(KILLS), "--store", store, "--seed", str(desk + 1)]
    command += ["--kills", str(kills), "--faults", str(FAULTS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
