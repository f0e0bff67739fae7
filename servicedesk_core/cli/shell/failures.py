"""Says what went wrong, what to do about it, and nothing that should stay secret."""

import traceback

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.running import StoppedBySignal
from servicedesk_core.errors import ServiceDeskError


def report(error: BaseException, cli: Cli) -> int:
    """Print an error for a person.

    Args:
        error: What ended the command.
        cli: The run.

    Returns:
        The exit code.
    """
    if cli.debug:
        cli.warn(_traceback(error))
    if isinstance(error, StoppedBySignal):
        cli.warn("Stopped. What was committed stays; the next run goes on from there.")
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        cli.warn("Stopped.")
        return exit_codes.INTERRUPTED
    if isinstance(error, ServiceDeskError):
        cli.complain(error, error.connection)
        return error.exit_code
    whose = f"the command of the plugin {cli.plugin} failed" if cli.plugin else "this should not have happened"
    cli.warn(f"Error: {whose} ({type(error).__name__}).")
    cli.warn("  → Run the same command with --debug and report what it prints; it holds no secrets.")
    cli.warn(f"  (code internal, exit {exit_codes.ERROR})")
    return exit_codes.ERROR


def _traceback(error: BaseException | None) -> str:
    """Return where an exception and its causes came from; the text of foreign ones may hold record data."""
    parts: list[str] = []
    while error is not None:
        own = f": {error}" if isinstance(error, ServiceDeskError) else ""
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__name__}{own}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nThat led to this:\n\n".join(reversed(parts))
