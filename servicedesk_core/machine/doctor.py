"""Looks at this machine: what a desk needs, without asking any vendor and without changing anything."""

import platform
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from servicedesk_core.clock import CLOCK_HINT, SystemClock, clock_problem
from servicedesk_core.config import DeskSettings, Secrets, load_settings, network_of, store_url
from servicedesk_core.errors import ServiceDeskError, StoreMissingError
from servicedesk_core.features import with_ours
from servicedesk_core.jobs.registry import jobs_of
from servicedesk_core.jobs.schedule import next_due
from servicedesk_core.machine.installed import connection_settings_problem, installed_plugins
from servicedesk_core.plugins import LoadReport, LoadStatus, PluginCatalog
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, changes, damage, leases, runs, soundness, sources, state, webhooks
from servicedesk_core.store.connecting import dialect_of, parse
from servicedesk_core.store.faults import name_of
from servicedesk_core.system import is_windows
from servicedesk_core.wording import plain

Level = Literal["ok", "warning", "problem"]

OLDEST_PYTHON = (3, 11)
PLAUSIBLE_SINCE_YEAR = 2025
LITTLE_DISK_BYTES = 1_000_000_000
READ_AT_ONCE_BYTES = 250_000_000
"""A store of this size is looked at within a second or two."""
LATE = timedelta(days=30)
"""A consumer of the changes feed that has not read for so long has probably been given up."""
_PARTS = ("servicedesk-core", "httpx", "pydantic", "sqlalchemy", "pluggy", "stevedore", "typer", "rich", "orjson")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: What was looked at.
        level: ``ok``, ``warning`` or ``problem``.
        text: What was found.
        hint: What to do about it.
    """

    subject: str
    level: Level
    text: str
    hint: str = ""


def diagnose(config: Path, *, clock: Clock | None = None, reserved: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Look at everything that can be looked at, whatever is broken.

    Args:
        config: The configuration file, which may be missing.
        clock: The time.
        reserved: Names of our own commands.
    """
    clock = clock or SystemClock()
    findings = [*_python(), *_zones(), _clock(clock.now()), *_plugins(config, reserved)]
    settings, finding = _config(config)
    findings.append(finding)
    if settings is not None:
        findings += _network(settings)
        findings += _connections(settings)
        findings += _unattended(settings, clock.now())
        findings += _store(settings, clock)
    return tuple(findings)


def _python() -> Iterator[Finding]:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("Python", "problem", text, "Use Python 3.11 or newer.")
    else:
        yield Finding("Python", "ok", text)
    yield Finding("Versions", "ok", ", ".join(f"{name} {_version(name)}" for name in _PARTS))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _zones() -> Iterator[Finding]:
    try:
        yield Finding("Time zones", "ok", f"tzdata {version('tzdata')}")
    except PackageNotFoundError:
        yield Finding("Time zones", "warning", "tzdata is not installed.", "pip install tzdata")


def _clock(now: datetime) -> Finding:
    text = plain(now, UTC, named=True)
    if now.year < PLAUSIBLE_SINCE_YEAR:
        return Finding("Clock", "problem", f"{text} cannot be right.", "Set this machine's clock.")
    return Finding("Clock", "ok", text)


def _plugins(config: Path, reserved: Iterable[str]) -> Iterator[Finding]:
    for plugin in installed_plugins(config, reserved=reserved):
        subject = f"Plugin {plugin.name} ({plugin.group.rpartition('.')[2]})"
        match plugin.status:
            case LoadStatus.FAILED | LoadStatus.INCOMPATIBLE:
                yield Finding(subject, "warning", plugin.reason, _remedy(plugin))
            case LoadStatus.DISABLED:
                yield Finding(subject, "ok", plugin.reason)
            case _:
                yield Finding(subject, "ok", f"{plugin.distribution} {plugin.version}")


def _remedy(plugin: LoadReport) -> str:
    if plugin.distribution.endswith(".py"):
        return f"Correct {plugin.distribution}; until then nothing else is affected."
    return f"Upgrade or uninstall it; until then nothing else is affected: pip uninstall {plugin.distribution}"


def _config(config: Path) -> tuple[DeskSettings | None, Finding]:
    subject = "Configuration"
    if not config.exists():
        hint = 'Create one with "servicedesk init", or try "servicedesk demo".'
        return None, Finding(subject, "warning", f"There is no {config.absolute()}.", hint)
    try:
        settings = load_settings(config)
    except ServiceDeskError as error:
        return None, _problem(subject, error)
    count = len(settings.connections)
    return settings, Finding(subject, "ok", f"{config.absolute()}, {count} connection{'s' * (count != 1)}")


def _network(settings: DeskSettings) -> Iterator[Finding]:
    """Look at the way to the vendors, if it is not the straight one."""
    try:
        network = network_of(settings, Secrets(directory=settings.directory))
    except ServiceDeskError as error:
        yield _problem("Network", error)
        return
    said = []
    if network.proxy is not None:
        said.append(f"through the proxy {urlsplit(network.proxy).netloc.rpartition('@')[2]}")
        if network.direct:
            said.append(f"but to {', '.join(network.direct)} without it")
    if network.ca_file is not None:
        said.append(f"trusts {network.ca_file} too")
    if said:
        yield Finding("Network", "ok", ", ".join(said))


def _connections(settings: DeskSettings) -> Iterator[Finding]:
    for name, connection in settings.connections.items():
        problem = connection_settings_problem(settings, name)
        subject = f"Connection {name}"
        if problem is None:
            yield Finding(subject, "ok", f"{connection.connector}, settings complete, secrets found")
        else:
            yield _problem(subject, problem)


def _unattended(settings: DeskSettings, now: datetime) -> Iterator[Finding]:
    """Look at schedules and at the secrets of those who are told about alerts."""
    try:
        for job in jobs_of(settings, with_ours(PluginCatalog.of(settings).features())).values():
            if job.name.partition(":")[0] in settings.schedules or job.name in settings.schedules:
                next_due(job.schedule, timezone=settings.desk.timezone, now=now)
    except ServiceDeskError as error:
        yield _problem("Schedules", error)
    secrets = Secrets(directory=settings.directory)
    for name, channel in settings.alerts.channels.items():
        references = {key: getattr(channel, key, None) for key in ("url", "password")}
        try:
            for key, reference in references.items():
                if reference is not None:
                    secrets.resolve(reference, key=f"alerts.channels.{name}.{key}", where=settings.where)
        except ServiceDeskError as error:
            yield _problem(f"Alerts to {name}", error)
        else:
            yield Finding(f"Alerts to {name}", "ok", f"{channel.kind}, settings complete, secrets found")


def _store(settings: DeskSettings, clock: Clock) -> Iterator[Finding]:
    try:
        url = store_url(settings, Secrets(directory=settings.directory))
        where = parse(url)
    except ServiceDeskError as error:
        yield _problem("Store", error)
        return
    path = Path(str(where.database)) if dialect_of(where) == "sqlite" else None
    if path is not None:
        yield from _disk(path)
        if not path.exists():
            yield Finding("Store", "ok", f"{path} does not exist yet; the first sync makes it.")
            return
    try:
        with Store.open(url, clock=clock, migrate="never", read_only=True) as store:
            yield Finding("Store", "ok", store.name)
            yield from store.read_blocking(lambda tx: [*_soundness(tx, path), *_inside(tx, clock.now())])
    except StoreMissingError:
        yield Finding("Store", "ok", f"{name_of(where)} is empty yet; the first sync makes it.")
    except ServiceDeskError as error:
        yield _problem("Store", error)


def _disk(path: Path) -> Iterator[Finding]:
    folder = next(parent for parent in path.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:,.1f} GB free in {folder}"
    if free < LITTLE_DISK_BYTES:
        yield Finding("Disk", "warning", text, "Free some room: an upgrade needs twice the size of the store.")
    else:
        yield Finding("Disk", "ok", text)
    if not path.exists():
        return
    if is_windows():
        # The mode says nothing there: access lists decide, which a new file takes from its folder.
        text = f"{path.name} has the access list of its folder; this program does not change or judge it."
        hint = f'See who may read it: icacls "{path}". Only you: icacls "{path}" /inheritance:r /grant:r "%USERNAME%":F'
        yield Finding("Permissions", "ok", text, hint)
    elif path.stat().st_mode & 0o077:
        hint = f"Only its owner should read it: chmod 600 {path}"
        yield Finding("Permissions", "warning", f"Others on this machine may read {path.name}.", hint)


def _soundness(tx: Tx, path: Path | None) -> Iterator[Finding]:
    """Tell known damage; else look at a store that is read in a moment."""
    subject, verify = "Soundness", "When there is time, look at all of it: servicedesk store verify"
    if known := damage.known(tx):
        yield Finding(subject, "problem", damage.told(known), damage.HINT)
    elif path is None or path.stat().st_size > READ_AT_ONCE_BYTES:
        yield Finding(subject, "ok", "Not looked at here: reading the whole store takes a while.", verify)
    elif found := soundness.pages(tx, quick=True):
        yield Finding(subject, "problem", f"The store is damaged: {'; '.join(found)}.", damage.HINT)
    else:
        yield Finding(subject, "ok", "Every page of the store can be read.")


def _inside(tx: Tx, now: datetime) -> Iterable[Finding]:
    for lease in leases.live(tx):
        yield Finding("Running", "ok", f"{lease.name} in {lease.owner} since {lease.since:%Y-%m-%d %H:%M} UTC")
    newest = max((run.started_at for run in runs.latest(tx)), default=None)
    if newest is not None and newest > now + timedelta(minutes=5):
        text = f"The last run is from the future: {plain(newest, UTC, named=True)}."
        yield Finding("Clock", "warning", text, "Check this machine's clock; it may have gone back.")
    for consumer in changes.late(tx, now - LATE):
        text = f'The consumer "{consumer}" has not read the changes feed for {LATE.days} days; it is kept for it.'
        hint = f'Start it again, or forget it from Python: desk.forget_consumer("{consumer}").'
        yield Finding("Changes feed", "warning", text, hint)
    ahead = state.of_all(tx, state.CLOCK_AHEAD)
    for source in sources.all(tx):
        if problem := clock_problem(source.name, ahead.get(source.id)):
            yield Finding("Clock", "warning", f"{problem} (last compared)", CLOCK_HINT)
        if source.blocked_reason:
            hint = f'Correct the credentials, then run "servicedesk connections test {source.name}".'
            yield Finding(f"Connection {source.name}", "problem", f"stopped: {source.blocked_reason}", hint)
        mine = [one for one in webhooks.subscriptions(tx) if one.source_id == source.id]
        if dead := ", ".join(one.stream for one in mine if not one.is_alive(now)):
            hint = f'See "servicedesk webhooks subscriptions", then "servicedesk webhooks register {source.name}".'
            yield Finding("Webhooks", "warning", f"The vendor of {source.name} calls no more about {dead}.", hint)


def _problem(subject: str, error: ServiceDeskError) -> Finding:
    return Finding(subject, "problem", error.message, error.hint or "")
