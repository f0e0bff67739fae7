"""What a service of a desk is, whatever runs it."""

import hashlib
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from servicedesk_core.errors import ServiceError

Kind = Literal["systemd", "task"]


@dataclass(frozen=True, slots=True)
class Service:
    """A service of one desk.

    Attributes:
        name: Its name at the operating system.
        kind: ``systemd`` or ``task`` (Windows).
        scope: ``system``: runs without anybody logged on; ``user``: belongs to this account.
        account: Who runs it.
        config: The configuration, as an absolute path.
        python: The interpreter, as an absolute path.
        writable: Folders that it writes to, the configuration's first.
    """

    name: str
    kind: Kind
    scope: Literal["system", "user"]
    account: str
    config: Path
    python: Path
    writable: tuple[Path, ...] = ()

    @property
    def folder(self) -> Path:
        """Where it works."""
        return self.config.parent

    @property
    def environment_file(self) -> Path:
        """Variables for ``env:`` references, one ``NAME=value`` a line (systemd only)."""
        return self.folder / "servicedesk.env"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the interpreter is given."""
        return ("-m", "servicedesk_core.cli", "--config", str(self.config), "serve")


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service stands.

    Attributes:
        name: Its name.
        kind: What runs it.
        installed: Whether the operating system knows it.
        running: Whether it runs now; ``None`` = the system does not say.
        account: Who runs it.
        file: Where it is described; ``None`` on Windows.
        detail: The system's own words.
    """

    name: str
    kind: Kind
    installed: bool
    running: bool | None
    account: str
    file: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command of the operating system said.

    Attributes:
        code: Its exit code.
        out: What it printed.
    """

    code: int
    out: str


Run = Callable[[Sequence[str]], Ran]
"""Runs a command of the operating system."""


def run_command(command: Sequence[str]) -> Ran:
    """Run a command and return what it said.

    Raises:
        ServiceError: There is no such command on this machine.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            list(command), capture_output=True, text=True, errors="replace", timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(
            f"{command[0]} cannot be run here ({type(error).__name__}).",
            hint="See what would be installed with --print, and give it to whatever starts programs on this machine.",
        ) from error
    return Ran(done.returncode, (done.stdout + done.stderr).strip())


def name_of(config: Path) -> str:
    """Return a name that is the same for the same configuration, and another for another one.

    Args:
        config: The configuration, as an absolute path.
    """
    folder = re.sub(r"[^A-Za-z0-9]+", "-", config.parent.name).strip("-").lower()[:30] or "desk"
    return f"servicedesk-{folder}-{hashlib.sha256(str(config).encode()).hexdigest()[:6]}"
