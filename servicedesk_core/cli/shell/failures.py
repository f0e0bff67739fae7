"""Says what went wrong, what to do about it, and nothing that should stay secret."""

import traceback
from typing import Any, Final

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import write_json
from servicedesk_core.cli.shell.running import StoppedBySignal
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.system import OutputLostError

_WRONG_USAGE: Final[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What the library of the command line raises, whose name for it is not public."""


def report(error: BaseException, cli: Cli) -> int:
    """Print an error for a person, and with ``--json`` as a document too.

    Args:
        error: What ended the command.
        cli: The run.

    Returns:
        The exit code.
    """
    code, message, hint, exit_code = _told(error, cli)
    if cli.as_json:
        mask = cli.redactor.text
        told = {"code": code, "message": mask(message.rstrip()), "hint": mask(hint) if hint else None}
        write_json({"schema": "servicedesk.error/1", "error": told})
    return exit_code


def _told(error: BaseException, cli: Cli) -> tuple[str, str, str | None, int]:
    """Tell a person, and return code, message, hint and exit code."""
    if isinstance(error, _WRONG_USAGE):
        usage: Any = error
        usage.show()
        return "usage", usage.format_message(), None, usage.exit_code
    if cli.debug:
        cli.warn(_traceback(error))
    if isinstance(error, ServiceDeskError):
        cli.complain(error, error.connection)
        return error.code, error.message, error.hint, error.exit_code
    if (stopped := _stopped(error)) is not None:
        code, message, exit_code = stopped
        cli.warn(message)
        return code, message, None, exit_code
    if isinstance(error, OutputLostError):
        message, hint = f"The output cannot be written: {error.strerror}.", "What was done is done; ask for it again."
        cli.warn(f"Error: {message}\n  → {hint}\n  (code output, exit {exit_codes.ERROR})")
        return "output", message, hint, exit_codes.ERROR
    whose = f"the command of the plugin {cli.plugin} failed" if cli.plugin else "this should not have happened"
    message, hint = (
        f"{whose} ({type(error).__name__}).",
        "Run the same command with --debug and report what it prints; it holds no secrets.",
    )
    cli.warn(f"Error: {message}\n  → {hint}\n  (code internal, exit {exit_codes.ERROR})")
    return "internal", message, hint, exit_codes.ERROR


def _stopped(error: BaseException) -> tuple[str, str, int] | None:
    """Return code, message and exit code when somebody ended the command; else it failed."""
    if isinstance(error, StoppedBySignal):
        return "stopped", "Stopped. What was committed stays; the next run goes on from there.", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "stopped", "Stopped.", exit_codes.INTERRUPTED
    if isinstance(error, typer.Abort):
        return "refused", "Nothing was done: the input ended.", exit_codes.ERROR
    return None


def _traceback(error: BaseException | None) -> str:
    """Return where an exception and its causes came from; the text of foreign ones may hold record data."""
    parts: list[str] = []
    while error is not None:
        own = f": {error}" if isinstance(error, ServiceDeskError) else ""
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__name__}{own}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nThat led to this:\n\n".join(reversed(parts))
