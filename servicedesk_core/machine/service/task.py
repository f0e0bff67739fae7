"""A scheduled task of Windows that begins with the machine. A service proper would need a package of its own."""

import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from servicedesk_core.errors import ServiceError
from servicedesk_core.machine.service.model import Run, Service, ServiceStatus

_BUILT_IN = {"localservice": "S-1-5-19", "networkservice": "S-1-5-20", "system": "S-1-5-18"}
"""Accounts of Windows itself, by their names without blanks; they have no password."""


def render(service: Service) -> str:
    """Return the task's XML.

    Args:
        service: What it runs.
    """
    built_in = _BUILT_IN.get(service.account.casefold().removeprefix("nt authority\\").replace(" ", ""))
    return Template(files(__package__).joinpath("templates/task.xml").read_text(encoding="utf-8")).substitute(
        description=escape(service.folder.name),
        account=escape(built_in or service.account),
        # S4U: runs without a stored password while nobody is logged on.
        logon="ServiceAccount" if built_in else "S4U",
        program=escape(str(service.python)),
        arguments=escape(subprocess.list2cmdline(service.arguments)),
        folder=escape(str(service.folder)),
    )


def install(service: Service, run: Run, *, start: bool) -> None:
    """Register the task.

    Args:
        service: What it runs.
        run: Runs ``schtasks``.
        start: Whether to start it now.

    Raises:
        ServiceError: Windows refused; most often because the console is not an administrator's.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_text(render(service), encoding="utf-16")
        _control(run, "/Create", "/TN", service.name, "/XML", str(file), "/F")
    if start:
        _control(run, "/Run", "/TN", service.name)


def remove(service: Service, run: Run) -> bool:
    """End and delete the task; the desk's data stay. Return whether there was one.

    Raises:
        ServiceError: Windows refused.
    """
    if run(["schtasks", "/Query", "/TN", service.name]).code:
        return False
    run(["schtasks", "/End", "/TN", service.name])
    _control(run, "/Delete", "/TN", service.name, "/F")
    return True


def status(service: Service, run: Run) -> ServiceStatus:
    """Return how it stands. Whether it runs is told in the language of the machine, so it is passed on as it is."""
    found = run(["schtasks", "/Query", "/TN", service.name, "/FO", "LIST"])
    is_there = found.code == 0
    return ServiceStatus(service.name, "task", installed=is_there, running=None if is_there else False,
                         account=service.account, file=None,
                         detail=found.out if is_there else "not installed")  # fmt: skip


def _control(run: Run, *words: str) -> None:
    done = run(["schtasks", *words])
    if done.code:
        raise ServiceError(
            f"schtasks {words[0]} failed with {done.code}: {' '.join(done.out.split())[:300]}",
            hint="Run it in a console of an administrator.",
        )
