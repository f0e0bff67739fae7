"""Installs, shows and removes the service of a desk."""

import getpass
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from servicedesk_core.config import DeskSettings, Secrets, load_settings, store_url
from servicedesk_core.config.operating import FileChannel
from servicedesk_core.config.store_address import SQLITE, sqlite_path
from servicedesk_core.errors import SecretError
from servicedesk_core.machine.service import systemd, task
from servicedesk_core.machine.service.model import Run, Service, ServiceStatus, name_of, run_command
from servicedesk_core.system import is_windows


def service_for(config: Path, *, is_system: bool = False, account: str | None = None) -> Service:
    """Return the service of a configuration as this machine would run it.

    Args:
        config: The configuration.
        is_system: Whether it runs without anybody logged on; on Windows it always does.
        account: Who runs it; by default the present account.

    Raises:
        SettingsError: The configuration is missing or wrong.
    """
    path = config.absolute()
    settings = load_settings(path)
    return Service(
        name=name_of(path),
        kind="task" if is_windows() else "systemd",
        scope="system" if is_system or is_windows() else "user",
        account=account or getpass.getuser(),
        config=path,
        python=Path(sys.executable).absolute(),
        writable=writable_places(settings),
    )


def writable_places(settings: DeskSettings) -> tuple[Path, ...]:
    """Return the folders that a server of this desk writes to; each but the first may have to be made yet.

    A store whose address is a reference that leads nowhere here is left out: the variable may be the service's alone.
    """
    home = settings.directory.absolute()
    channels = settings.alerts.channels.values()
    files = [settings.serve.report, *(channel.path for channel in channels if isinstance(channel, FileChannel))]
    places = [home / Path(settings.serve.backups).expanduser()]
    places += [(home / Path(file).expanduser()).parent for file in files]
    with suppress(SecretError):
        url = store_url(settings, Secrets(directory=settings.directory))
        if url.startswith(SQLITE):
            places.append(sqlite_path(settings, url).parent)
    return tuple(dict.fromkeys([home, *(place for place in places if not place.is_relative_to(home))]))


def installed(config: Path, run: Run = run_command) -> ServiceStatus | None:
    """Return the installed service of a configuration; ``None`` when there is none.

    Args:
        config: The configuration.
        run: Runs commands of the operating system.
    """
    for is_system in (True, False):
        found = status(service_for(config, is_system=is_system), run)
        if found.installed:
            return found
    return None


def render(service: Service) -> str:
    """Return what the operating system is given."""
    return str(_of(service).render(service))


def install(service: Service, run: Run = run_command, *, start: bool = True) -> ServiceStatus:
    """Install a service, and return how it stands then; an older one of the same configuration is replaced.

    Args:
        service: What to run.
        run: Runs commands of the operating system.
        start: Whether to start it now.

    Raises:
        ServiceError: The operating system refused.
    """
    _of(service).install(service, run, start=start)
    return status(service, run)


def remove(service: Service, run: Run = run_command) -> bool:
    """Stop and remove a service; return whether there was one.

    Raises:
        ServiceError: The operating system refused.
    """
    return bool(_of(service).remove(service, run))


def status(service: Service, run: Run = run_command) -> ServiceStatus:
    """Return how a service stands."""
    found = _of(service).status(service, run)
    assert isinstance(found, ServiceStatus)  # noqa: S101  # both modules are ours
    return found


def _of(service: Service) -> ModuleType:
    return systemd if service.kind == "systemd" else task
