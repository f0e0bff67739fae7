"""What the command line costs before it does anything, over Python itself."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.process import compiled_once
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
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(8 if quick else 25):
            bare.append(_ms(("-c", "pass"), folder))
            for name, arguments, _ in _COMMANDS:
                times[name].append(_ms(arguments, folder))
    base = median(bare)
    return [
        row(f"{name}, over Python", f"{median(times[name]):.0f} ms", f"{base:.0f} ms", verdict)
        for name, _, goal in _COMMANDS
        for verdict in [at_most(round(median(times[name]) - base), goal, "ms")]
    ]


_LISTS = ("tickets list", "status", "report desk", "report morning", "claims list")
_TOLD = """
import sys
from servicedesk_core.cli.main import main
main(sys.argv[1:])
print(*(name for name in sys.modules if name != "__main__"))
"""


def commands(*, quick: bool) -> list[Row]:
    """Whole commands on an empty desk over importing what they import of others, and nothing else."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "servicedesk.toml"
        config.write_text('[desk]\nname = "Measured"\n', encoding="utf-8")
        ServiceDesk.migrate(config)
        for line in _LISTS[:2] if quick else _LISTS:
            words = ("--config", str(config), *line.split())
            told = subprocess.run(
                [sys.executable, "-c", _TOLD, *words],
                capture_output=True,
                text=True,
                check=True,
                env=compiled_once(folder),
            )
            imported = told.stdout.splitlines()[-1].split()
            theirs = [name for name in imported if name.partition(".")[0] != "servicedesk_core"]
            alone = f"import importlib, contextlib\nfor name in {theirs!r}:\n"
            alone += "    with contextlib.suppress(ImportError): importlib.import_module(name)"
            ours, libraries = [], []
            for _ in range(1 if quick else 15):
                libraries.append(_processor_ms(("-c", alone), folder))
                ours.append(_processor_ms((SCRIPT, *words), folder))
            ratio = round(median(ours) / median(libraries), 2)
            what, modules = f"servicedesk {line}", f"{len(imported) - len(theirs)}"
            verdict = at_most(ratio, 1.4, "x")
            found.append(
                row(f"{what}, over its libraries", f"{median(ours):.0f} ms", f"{median(libraries):.0f} ms", verdict)
            )
            found.append(Row(measure=f"{what}, modules of ours", ours=modules, figure=modules))
    return found


def _processor_ms(arguments: tuple[str, ...], folder: str) -> float:
    """Return what a process costs the processor: on a busy machine it changes less than the time that passes."""
    nothing = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *arguments], stdout=nothing, stderr=nothing, env=compiled_once(folder))
    _, status, use = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return (use.ru_utime + use.ru_stime) * 1000


def _ms(arguments: tuple[str, ...], folder: str) -> float:
    started = perf_counter()
    nothing = subprocess.DEVNULL
    subprocess.run([sys.executable, *arguments], stdout=nothing, stderr=nothing, check=True, env=compiled_once(folder))
    return (perf_counter() - started) * 1000
