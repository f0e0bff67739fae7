"""What the command line costs before it does anything, over Python itself."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.rows import Row, at_most, row

SCRIPT = str(Path(sys.executable).with_name("servicedesk"))
_COMMANDS = (
    ("servicedesk --version", (SCRIPT, "--version"), 60),
    ("servicedesk --help", (SCRIPT, "--help"), 150),
    ("import servicedesk_core", ("-c", "import servicedesk_core"), 40),
)


def startup(*, quick: bool) -> list[Row]:
    """Start-up over bare Python, with the plugins that are installed here."""
    times: dict[str, list[float]] = {name: [] for name, _, _ in _COMMANDS}
    bare: list[float] = []
    for _ in range(8 if quick else 25):
        bare.append(_ms(("-c", "pass")))
        for name, arguments, _ in _COMMANDS:
            times[name].append(_ms(arguments))
    base = median(bare)
    return [
        row(f"{name}, over Python", f"{median(times[name]):.0f} ms", f"{base:.0f} ms", verdict)
        for name, _, goal in _COMMANDS
        for verdict in [at_most(round(median(times[name]) - base), goal, "ms")]
    ]


def _ms(arguments: tuple[str, ...]) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return (perf_counter() - started) * 1000
