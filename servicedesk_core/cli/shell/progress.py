"""Progress of a sync: bars on a terminal, nothing elsewhere; remembers where it stood for the moment it is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from servicedesk_core.sync.report import StreamReport


class SyncProgress:
    """Hears the engine's reports.

    Args:
        bars: Where to draw, or ``None``.
    """

    def __init__(self, bars: "Progress | None" = None) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self.latest: dict[tuple[str, str], StreamReport] = {}

    def __call__(self, connection: str, report: "StreamReport") -> None:
        """Take note of a stream's report; called after every commit."""
        key = connection, report.stream
        self.latest.pop(key, None)
        self.latest[key] = report  # the newest comes last
        if self._bars is None:
            return
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(f"{connection} {report.stream}", total=report.expected)
        total = max(report.expected, report.read) if report.expected is not None else None
        if report.state != "running":
            total = report.read
        self._bars.update(self._tasks[key], completed=report.read, total=total)

    def so_far(self) -> str:
        """Return how much was read, for whoever sees no bars."""
        if not self.latest:
            return ""
        connection, stream = next(reversed(self.latest))
        return f"{counted(sum(one.read for one in self.latest.values()), 'record')} read, now {connection} {stream}"

    @contextmanager
    def said_when_stopped(self, cli: Cli) -> Iterator[None]:
        """Say how far the streams were when the block is cancelled."""
        import asyncio  # noqa: PLC0415  # a command that does not sync need not wait for it

        try:
            yield
        except asyncio.CancelledError:
            for (connection, stream), report in self.latest.items():
                cli.say(f"  {connection} {stream}: {counted(report.read, 'record')} read, {report.state}")
            raise


@contextmanager
def sync_progress(cli: Cli) -> Iterator[SyncProgress]:
    """Show progress bars on standard error while the block runs, if that is a terminal."""
    if cli.quiet or not cli.err.is_terminal:
        progress = SyncProgress()
        cli.doing = progress.so_far
        yield progress
        return
    cli.shows_bars = True
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=cli.err, transient=True) as bars:
        yield SyncProgress(bars)
