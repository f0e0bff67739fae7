"""How many writes are lost or doubled by a thousand kills."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.rows import Row

KILLS = Path(__file__).parent.parent / "tests" / "writes" / "kills.py"
COUNT = 1_000
FAULTS = 20
"""How many writes of a hundred meet a fault of the vendor besides."""


def write_kills(*, quick: bool) -> list[Row]:
    """Kill senders at random instants, beside a vendor that fails, and count."""
    kills = 50 if quick else COUNT
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'desk.db'}"
        command = [sys.executable, str(KILLS), "--store", store, "--kills", str(kills), "--faults", str(FAULTS)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    print(told, file=sys.stderr)
    bad = told["lost"] + told["doubled"] + told["unknown"] + told["unfinished"]
    return [
        Row(
            measure=f"writes lost and doubled by {told['kills']:,} kills ({told['writes']:,} writes)",
            ours=f"{told['lost']} and {told['doubled']}",
            reference=f"{FAULTS} % of the vendor's answers broken",
            figure=f"{told['lost']} and {told['doubled']}",
            goal="0 and 0",
            met=bad == 0 and told["audit"],
        )
    ]
