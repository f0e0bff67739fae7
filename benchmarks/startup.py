"""What the command line costs before it does anything, over Python itself."""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.rows import Row, at_most, row
from servicedesk_core import ServiceDesk

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


_LISTS = ("tickets list", "status", "report desk", "claims list")
_LIBRARIES = """
import sys
from servicedesk_core.cli.main import main
main(sys.argv[1:])
names = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(" ".join(name for name in sys.modules if name.partition(".")[0] in names and "servicedesk" not in name))
"""


def commands(*, quick: bool) -> list[Row]:
    """Whole commands on an empty desk over importing the libraries that they import, and nothing else."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "servicedesk.toml"
        config.write_text('[desk]\nname = "Measured"\n', encoding="utf-8")
        ServiceDesk.migrate(config)
        for line in _LISTS:
            words = ("--config", str(config), *line.split())
            told = subprocess.run(
                [sys.executable, "-c", _LIBRARIES, *words], capture_output=True, text=True, check=True
            )
            libraries = told.stdout.splitlines()[-1].split()
            alone = f"import importlib, contextlib\nfor name in {libraries!r}:\n"
            alone += "    with contextlib.suppress(ImportError): importlib.import_module(name)"
            ours, theirs = [], []
            for _ in range(2 if quick else 15):
                theirs.append(_ms(("-c", alone)))
                ours.append(_ms((SCRIPT, *words)))
            ratio = round(median(ours) / median(theirs), 2)
            measure = f"servicedesk {line}, over its libraries"
            found.append(row(measure, f"{median(ours):.0f} ms", f"{median(theirs):.0f} ms", at_most(ratio, 1.4, "x")))
    return found


def _ms(arguments: tuple[str, ...]) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return (perf_counter() - started) * 1000
