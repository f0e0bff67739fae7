"""Finds and runs the stand-ins of vendors that plugins bring along."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import EntryPoint
from typing import IO, Any

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.clock import SystemClock
from servicedesk_core.errors import PluginLoadError, UnknownConnectorError
from servicedesk_core.plugins import SANDBOXES, scan
from servicedesk_core.sandboxing import Launch


def sandbox_launch(name: str) -> Launch[Any]:
    """Return how a sandbox is run until it is told to stop.

    Args:
        name: Id of the connector that it stands in for.

    Raises:
        UnknownConnectorError: No installed plugin brings it.
        PluginLoadError: The plugin that brings it is broken.
    """
    point = _entry_point(name)
    try:
        launch = point.load()
    except Exception as error:
        raise PluginLoadError(
            f'The sandbox "{name}" cannot be imported ({type(error).__name__}: {error}).',
            hint=f"Reinstall it: pip install --force-reinstall servicedesk-{name}",
        ) from error
    if not isinstance(launch, Launch):
        raise PluginLoadError(
            f'The sandbox "{name}" is no servicedesk_core.sandboxing.Launch.',
            hint="Report it to the plugin's author: the entry point must name one.",
        )
    return launch


def installed_sandboxes() -> dict[str, EntryPoint]:
    """Return the sandboxes that installed plugins bring, by id of the connector; imports none of them."""
    return {plugin.name: plugin.entry_point for plugin in scan() if plugin.group == SANDBOXES}


def _entry_point(name: str) -> EntryPoint:
    found = installed_sandboxes()
    if name not in found:
        installed = f"Installed: {', '.join(found)}." if found else "None is installed."
        raise UnknownConnectorError(
            f'There is no sandbox "{name}".{did_you_mean(name, found)} {installed}',
            hint=f"Install it: pip install servicedesk-{name}",
        )
    return found[name]


class ShiftedClock(SystemClock):
    """The machine's time, some hours ago.

    Args:
        by: How long ago.
    """

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return super().now() - self._by

    def catch_up(self, by: timedelta) -> None:
        """Come nearer to the machine's time."""
        self._by -= by


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox in a process of its own.

    Attributes:
        url: Its address.
        credentials: What it accepts, by setting of the connector.
        process: The process.
    """

    url: str
    credentials: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    def advance(self, hours: float) -> dict[str, int]:
        """Let the made-up desk live on.

        Args:
            hours: How long.

        Returns:
            What happened, counted by kind.
        """
        body = json.dumps({"hours": hours}).encode()
        request = urllib.request.Request(  # noqa: S310  # an address on loopback that we started
            f"{self.url}/sandbox/advance", data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


@dataclass(frozen=True, slots=True)
class Stage:
    """The made-up world of a demo: vendors, and a clock that is as far behind the machine's as theirs are.

    Attributes:
        sandboxes: By id of the connector.
        clock: The desk's.
    """

    sandboxes: Mapping[str, RunningSandbox]
    clock: ShiftedClock

    def pass_time(self, hours: float) -> dict[str, dict[str, int]]:
        """Let every sandbox live on, and the clock with them.

        Args:
            hours: How long.

        Returns:
            What happened, counted by kind, by sandbox.
        """
        happened = {name: sandbox.advance(hours) for name, sandbox in self.sandboxes.items()}
        self.clock.catch_up(timedelta(hours=hours))
        return happened


@contextmanager
def running_sandboxes(
    wanted: Mapping[str, Sequence[str]], *, meanwhile: Callable[[], object] = lambda: None
) -> Iterator[dict[str, RunningSandbox]]:
    """Run sandboxes while the block lasts, each in a process of its own; they also end when this process dies.

    Args:
        wanted: By id of the connector that it stands in for, further arguments of ``servicedesk sandbox``.
        meanwhile: Done while they start.

    Raises:
        UnknownConnectorError: No installed plugin brings one of them.
        PluginLoadError: One did not start.
    """
    for name in wanted:
        _entry_point(name)
    with ExitStack() as stack:
        started = {name: stack.enter_context(_process(name, arguments)) for name, arguments in wanted.items()}
        meanwhile()
        yield {name: _wait_for(name, process, complaints) for name, (process, complaints) in started.items()}


@contextmanager
def _process(name: str, arguments: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    command = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", name, "--json", "--with-parent", *arguments]
    with tempfile.TemporaryFile() as complaints:
        # A session of its own: Ctrl-C is for us, and we then end it in order.
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
        )
        try:
            yield process, complaints
        finally:
            process.terminate()
            process.communicate()


def _wait_for(name: str, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> RunningSandbox:
    assert process.stdout is not None  # noqa: S101  # it is piped
    line = process.stdout.readline()
    if not line:
        process.wait()
        complaints.seek(0)
        reason = complaints.read().decode(errors="replace").strip()
        raise PluginLoadError(
            f'The sandbox "{name}" did not start: {reason.splitlines()[-1] if reason else "it gave no reason"}',
            hint=f"See what it says: servicedesk sandbox {name}",
        )
    facts: dict[str, Any] = json.loads(line)
    url = facts.pop("url")
    return RunningSandbox(url, {key: value for key, value in facts.items() if isinstance(value, str)}, process)
