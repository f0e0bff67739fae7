"""``doctor --as-service``: looks at the desk with the eyes of the account and the environment of the service.

A service sees neither the variables of a shell nor a keyring that was unlocked at a desktop, so the same ``doctor`` is
run as a process of its own with what the service will have, and nothing else.
"""

import codecs
import getpass
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.machine.doctor import Finding, diagnose
from servicedesk_core.machine.service import managing
from servicedesk_core.machine.service.model import Run, Service, run_command
from servicedesk_core.system import is_windows

PREFIX = "As service: "
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LIMIT_S = 120
_PERSISTENT = (
    ("HKEY_LOCAL_MACHINE", r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"),
    ("HKEY_CURRENT_USER", "Environment"),
)


def diagnose_as_service(config: Path, *, run: Run = run_command) -> tuple[Finding, ...]:
    """Look at everything as the service will, whatever is broken.

    Args:
        config: The configuration.
        run: Runs commands of the operating system.
    """
    try:
        found = managing.installed(config, run)
        service = managing.service_for(config, is_system=found is not None and "/user/" not in (found.file or ""))
    except ServiceDeskError as error:
        return (Finding(f"{PREFIX}Service", "problem", error.message, error.hint or ""),)
    account = found.account if found else getpass.getuser()
    findings: list[Finding] = []
    if found is None:
        text = f"No service of {config.name} is installed; looked as {account} would see it."
        findings.append(Finding(f"{PREFIX}Service", "warning", text, "Install it: servicedesk service install"))
    else:
        findings.append(Finding(f"{PREFIX}Service", "ok", f"{found.name}, run by {account}: {found.detail}"))
    findings += _marked(service.environment_file)
    if (refused := _cannot_look(account)) is not None:
        return (*findings, refused)
    here = {finding.subject: finding for finding in diagnose(config)}
    findings += [_told(finding, here) for finding in _there(service, account)]
    return tuple(findings)


def environment_of(service: Service, account: str) -> dict[str, str]:
    """Return the variables that the service will have.

    Args:
        service: The service.
        account: Who runs it.
    """
    if is_windows():
        return {**_needed_by_windows(), **persistent_variables()}
    home = os.path.expanduser(f"~{account}")  # noqa: PTH111  # of another account
    found = {"PATH": _PATH, "LANG": os.environ.get("LANG", "C.UTF-8"), "HOME": home, "USER": account,
             "LOGNAME": account}  # fmt: skip
    if service.scope == "user" and (folder := os.environ.get("XDG_RUNTIME_DIR")):
        found |= {"XDG_RUNTIME_DIR": folder, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/bus"}
    return found | variables_in(service.environment_file)


def variables_in(path: Path) -> dict[str, str]:
    """Return the variables of an environment file as systemd reads it: ``NAME=value``, without quotes and comments.

    Args:
        path: The file; it may be missing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.strip().partition("=")
        if equals and name and not name.startswith(("#", ";")):
            value = value.strip()
            is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            found[name.strip()] = value[1:-1] if is_quoted else value
    return found


def _marked(path: Path) -> Iterator[Finding]:
    """Tell of a file that systemd reads otherwise than it looks: it takes a mark for a part of the first name."""
    try:
        content = path.read_bytes()
    except OSError:  # there need not be one
        return
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = f"{path.name} begins with a byte order mark, so what stands in it is not found."
        yield Finding(f"{PREFIX}Variables", "problem", text, "Save it as UTF-8 without a mark.")


def persistent_variables() -> dict[str, str]:
    """Return the variables that Windows gives every new process of this account: the machine's and the account's."""
    registry: Any = import_module("winreg")
    found: dict[str, str] = {}
    for hive, place in _PERSISTENT:
        try:
            with registry.OpenKey(getattr(registry, hive), place) as key:
                for number in range(registry.QueryInfoKey(key)[1]):
                    name, value, _ = registry.EnumValue(key, number)
                    found[name] = os.path.expandvars(str(value))
        except OSError:  # an account without variables of its own has no such key
            continue
    return found


def _needed_by_windows() -> dict[str, str]:
    names = (
        "SystemRoot",
        "SystemDrive",
        "TEMP",
        "TMP",
        "USERPROFILE",
        "USERNAME",
        "APPDATA",
        "LOCALAPPDATA",
        "ProgramData",
    )
    return {name: os.environ[name] for name in names if name in os.environ}


def _cannot_look(account: str) -> Finding | None:
    """Return why this process cannot look with the account's eyes; ``None`` when it can."""
    me = getpass.getuser()
    if account.rpartition("\\")[2].casefold() == me.casefold() or (not is_windows() and os.geteuid() == 0):
        return None
    hint = (
        f'runas /user:{account} "servicedesk doctor --as-service"'
        if is_windows()
        else f"sudo -u {account} servicedesk doctor --as-service"
    )
    return Finding(f"{PREFIX}Account", "problem", f"The service runs as {account}, and you are {me}.", f"Run: {hint}")


def _there(service: Service, account: str) -> Iterator[Finding]:
    command = [str(service.python), "-m", "servicedesk_core.cli", "--config", str(service.config), "doctor", "--json"]
    me = getpass.getuser()
    other: dict[str, Any] = {} if account == me or is_windows() else {"user": account, "extra_groups": ()}
    try:
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            command, env=environment_of(service, account), cwd=service.folder, capture_output=True, check=False,
            timeout=_LIMIT_S, **other,
        )  # fmt: skip
        for row in json.loads(done.stdout)["data"]["items"]:
            yield Finding(row["subject"], row["level"], row["text"], row["hint"])
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        text = f"The program could not be run as {account} ({type(error).__name__})."
        hint = f"Let {account} read {service.python}, the program's folder and {service.config}."
        yield Finding("Program", "problem", text, hint)


def _told(there: Finding, here: Mapping[str, Finding]) -> Finding:
    """Return a finding of the service's with what explains that it is well here and not there."""
    mine = here.get(there.subject)
    hint = there.hint
    if there.level == "problem" and mine is not None and mine.level != "problem":
        hint = f"You can see it, the service cannot. {_remedy(there.text)}"
    return Finding(f"{PREFIX}{there.subject}", there.level, there.text, hint)


def _remedy(text: str) -> str:
    if "keyring" in text:
        return "A keyring is unlocked by a log-on at a desktop: keep the secret in a file of the account's, file:PATH."
    if "environment variable" in text:
        if is_windows():
            return "Set the variable for the machine (setx /M), or keep the secret in a file, file:PATH."
        return "Write NAME=value into servicedesk.env beside the configuration (chmod 600), or use file:PATH."
    return "Give its account the right to read it."
