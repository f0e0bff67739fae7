"""A distribution's folder as the rules look at it."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from servicedesk_core.errors import SettingsError

CONNECTORS = "servicedesk.connectors"
SANDBOXES = "servicedesk.sandboxes"
_LONGEST_RUN_S = 900.0
_LONGEST_PROBE_S = 300.0
_TAIL = 12


@dataclass(frozen=True)
class Source:
    """One Python file.

    Attributes:
        path: Where it lies.
        name: Its path below the distribution's folder.
        tree: Its syntax tree.
    """

    path: Path
    name: str
    tree: ast.Module

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield imported modules with their lines; ``from a.b import c`` is ``a.b``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module, node.lineno


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said.

    Attributes:
        code: Its exit code.
        tail: The last lines of its output.
    """

    code: int
    tail: tuple[str, ...]


@dataclass
class Subject:
    """A distribution's folder; everything is looked at once, when a rule first asks.

    Args:
        folder: The folder with ``pyproject.toml``.
    """

    folder: Path
    runs: bool = True
    _probed: Any = field(default=None, init=False)

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The parsed ``pyproject.toml``.

        Raises:
            SettingsError: There is none, or it is no TOML.
        """
        path = self.folder / "pyproject.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(
                f"{self.folder} holds no pyproject.toml.", hint="Give the folder of a connector's distribution."
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path} is no TOML: {error}.") from error

    @property
    def project(self) -> dict[str, Any]:
        """The table ``[project]``."""
        return dict(self.pyproject.get("project", {}))

    @property
    def name(self) -> str:
        """Name of the distribution."""
        return str(self.project.get("name", self.folder.name))

    def entry_points(self, group: str) -> dict[str, str]:
        """Return the declared entry points of a group."""
        return dict(self.project.get("entry-points", {}).get(group, {}))

    @property
    def exemptions(self) -> dict[str, str]:
        """Rules that the author declares unnecessary, with the reasons."""
        return dict(self.pyproject.get("tool", {}).get("servicedesk", {}).get("exempt", {}))

    @cached_property
    def packages(self) -> tuple[Path, ...]:
        """Folders of the packages that hold the connectors."""
        tops = {target.partition(":")[0].partition(".")[0] for target in self.entry_points(CONNECTORS).values()}
        places = [base / top for top in sorted(tops) for base in (self.folder / "src", self.folder)]
        return tuple(place for place in places if place.is_dir())

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The packages' Python files, the sandbox's too."""
        return tuple(self._parsed(path) for package in self.packages for path in sorted(package.rglob("*.py")))

    @property
    def connector_sources(self) -> tuple[Source, ...]:
        """The packages' Python files without the sandbox's, which stands for the vendor."""
        return tuple(one for one in self.sources if "sandbox" not in one.path.parts)

    @cached_property
    def tests(self) -> tuple[Source, ...]:
        """The Python files of the tests."""
        return tuple(self._parsed(path) for path in sorted((self.folder / "tests").rglob("*.py")))

    def text(self, *names: str) -> str:
        """Return the text of a file; empty when it is missing."""
        path = self.folder.joinpath(*names)
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @cached_property
    def probe(self) -> dict[str, Any]:
        """What the connectors say about themselves, asked in a process of its own."""
        try:
            ran = self._run(
                "servicedesk_core.grading.probe", *self.entry_points(CONNECTORS).values(), limit_s=_LONGEST_PROBE_S
            )
        except subprocess.TimeoutExpired:
            told = f"they were not imported within {_LONGEST_PROBE_S:g} s: does a module wait for something?"
            return {"connectors": [], "error": told}
        try:
            return dict(orjson.loads(ran.stdout))
        except orjson.JSONDecodeError:
            tail = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            return {"connectors": [], "error": " ".join(tail) or f"the probe ended with {ran.returncode}"}

    @property
    def connectors(self) -> list[dict[str, Any]]:
        """What each connector that could be loaded says."""
        return [one for one in self.probe["connectors"] if not one.get("error")]

    @property
    def hooks(self) -> frozenset[str]:
        """Hooks that any of the connectors implements."""
        return frozenset(hook for one in self.connectors for hook in one["hooks"])

    def run(self, arguments: Sequence[str]) -> Ran:
        """Run a Python module in the distribution's folder; one that does not end is stopped and counts as failed."""
        try:
            done = self._run(*arguments, limit_s=_LONGEST_RUN_S)
        except subprocess.TimeoutExpired:
            return Ran(1, (f"{arguments[0]} did not end within {_LONGEST_RUN_S:g} s",))
        lines = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").strip().splitlines()
        return Ran(done.returncode, tuple(re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines[-_TAIL:]))

    def _run(self, *arguments: str, limit_s: float) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own interpreter; the arguments are ours and the rules'
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )

    def _parsed(self, path: Path) -> Source:
        return Source(
            path, path.relative_to(self.folder).as_posix(), ast.parse(path.read_text(encoding="utf-8"), str(path))
        )

    def _environment(self) -> dict[str, str]:
        source = self.folder / "src"
        path = [str(source if source.is_dir() else self.folder), os.environ.get("PYTHONPATH", "")]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), "PYTHONDONTWRITEBYTECODE": "1"}
