"""Finds and runs the stand-ins of vendors that plugins bring along."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from servicedesk_core.clock import SystemClock
from servicedesk_core.config.values import did_you_mean
from servicedesk_core.errors import PluginLoadError, UnknownConnectorError
from servicedesk_core.plugins import SANDBOXES, scan


def sandbox_launcher(name: str) -> Callable[..., None]:
    """Return the function that runs a sandbox until it is told to stop.

    Args:
        name: Id of the connector that it stands in for.

    Raises:
        UnknownConnectorError: No installed plugin brings it.
        PluginLoadError: The plugin that brings it is broken.
    """
    found = {plugin.name: plugin.entry_point for plugin in scan() if plugin.group == SANDBOXES}
    if name not in found:
        installed = f"Installed: {', '.join(found)}." if found else "None is installed."
        raise UnknownConnectorError(
            f'There is no sandbox "{name}".{did_you_mean(name, found)} {installed}',
            hint=f"Install it: pip install servicedesk-{name}",
        )
    try:
        launch: Callable[..., None] = found[name].load()
    except Exception as error:
        raise PluginLoadError(
            f'The sandbox "{name}" cannot be imported ({type(error).__name__}: {error}).',
            hint=f"Reinstall it: pip install --force-reinstall servicedesk-{name}",
        ) from error
    return launch


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


@contextmanager
def running_sandbox(name: str, arguments: Sequence[str]) -> Iterator[RunningSandbox]:
    """Run a sandbox in a process of its own while the block lasts; it also ends when this process dies.

    Args:
        name: Id of the connector that it stands in for.
        arguments: Further arguments of ``servicedesk sandbox``.

    Raises:
        UnknownConnectorError: No installed plugin brings it.
        PluginLoadError: It did not start.
    """
    sandbox_launcher(name)
    command = [sys.executable, "-m", "servicedesk_core.cli", "sandbox", name, "--json", "--with-parent", *arguments]
    with tempfile.TemporaryFile() as complaints:
        # A session of its own: Ctrl-C is for us, and we then end it in order.
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
        )
        try:
            yield _wait_for(name, process, complaints)
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
