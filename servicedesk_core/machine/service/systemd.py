"""A systemd unit."""

import os
import re
import shutil
from importlib.resources import files
from pathlib import Path
from string import Template

from servicedesk_core.errors import ServiceError
from servicedesk_core.files import replace_file
from servicedesk_core.machine.service.model import Run, Service, ServiceStatus

_SYSTEM = Path("/etc/systemd/system")

_HARDENING = """ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectHostname=yes
ProtectClock=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectProc=invisible
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
MemoryMax=2G"""


def unit_path(service: Service) -> Path:
    """Return where the unit stands."""
    if service.scope == "system":
        return _SYSTEM / f"{service.name}.service"
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "systemd" / "user" / f"{service.name}.service"


def render(service: Service) -> str:
    """Return the unit's text.

    Args:
        service: What it runs.
    """
    is_system = service.scope == "system"
    return Template(files(__package__).joinpath("templates/systemd.service").read_text(encoding="utf-8")).substitute(
        description=escaped(service.folder.name),
        account=f"User={service.account}" if is_system else "# Runs as the account that it belongs to.",
        # A user's own manager knows no network-online.target.
        network="After=network-online.target\nWants=network-online.target\n" if is_system else "",
        folder=escaped(str(service.folder)),
        environment=escaped(str(service.environment_file)),
        command=" ".join(map(quoted, (str(service.python), *service.arguments))),
        # A user's own manager may lack the rights for these.
        hardening=f"{_HARDENING}\nReadWritePaths={' '.join(map(_listed, service.writable))}"
        if is_system
        else "# Hardening is for system services.",
        target="multi-user.target" if is_system else "default.target",
    )


def escaped(text: str) -> str:
    """Return text for a setting that is one path or one line: ``%`` begins a specifier there."""
    return _one_line(text).replace("%", "%%")


def quoted(word: str) -> str:
    """Return one word of a command line, with what systemd would expand made harmless."""
    inner = escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{inner}"'


def _listed(path: Path) -> str:
    """Return a path as one of a list of paths; one that is not there yet is passed over."""
    return '"-' + escaped(str(path)).replace("\\", "\\\\").replace('"', '\\"') + '"'


def install(service: Service, run: Run, *, start: bool) -> None:
    """Write the unit, and have it started now and at every start of the machine.

    Args:
        service: What it runs.
        run: Runs ``systemctl``.
        start: Whether to start it now.

    Raises:
        SettingsError: The file cannot be written.
        ServiceError: systemd refused.
    """
    path = unit_path(service)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for place in service.writable:
            _make(place, service.account)
    except OSError as error:
        raise ServiceError(
            f"{error.filename or path.parent} cannot be made: {error.strerror}.",
            hint="Use sudo for --system, or leave it out.",
        ) from error
    replace_file(path, render(service).encode())
    path.chmod(0o644)  # holds no secret, and systemd warns about unit files that others cannot read
    _control(service, run, "daemon-reload")
    _control(service, run, "enable", *(["--now"] if start else []), path.name)


def _make(place: Path, account: str) -> None:
    """Make a folder for the account; the service itself may make none outside of those that it is given."""
    if not place.exists():
        place.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            shutil.chown(place, account)


def remove(service: Service, run: Run) -> bool:
    """Stop it, forget it and delete the unit; the desk's data stay. Return whether there was one.

    Raises:
        ServiceError: systemd refused.
    """
    path = unit_path(service)
    if not path.exists():
        return False
    _control(service, run, "disable", "--now", path.name)
    path.unlink()
    _control(service, run, "daemon-reload")
    return True


def status(service: Service, run: Run) -> ServiceStatus:
    """Return how it stands."""
    path = unit_path(service)
    if not path.exists():
        return ServiceStatus(service.name, "systemd", installed=False, running=False, account=service.account,
                             file=str(path), detail="not installed")  # fmt: skip
    found = run(["systemctl", *_scope(service), "is-active", path.name])
    account = _account_in(path) or service.account
    return ServiceStatus(service.name, "systemd", installed=True, running=found.out == "active", account=account,
                         file=str(path), detail=found.out)  # fmt: skip


def _account_in(path: Path) -> str | None:
    found = re.search(r"^User=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def _control(service: Service, run: Run, *words: str) -> None:
    done = run(["systemctl", *_scope(service), *words])
    if done.code:
        raise ServiceError(
            f"systemctl {words[0]} failed with {done.code}: {_one_line(done.out)[:300]}",
            hint=f"See: journalctl {' '.join(_scope(service))} -u {service.name}",
        )


def _scope(service: Service) -> list[str]:
    return ["--user"] if service.scope == "user" else []


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")).strip()
