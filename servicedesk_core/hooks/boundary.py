"""The error boundary around a plugin's code: whatever it does, the caller gets an error that names it."""

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from servicedesk_core.errors import HookError, RejectedError, ServiceDeskError


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose code runs.

    Attributes:
        connection: Name of the connection.
        connector: Connector id.
        distribution: Name and version of the installed distribution, or the file.
        masked: Takes secrets out of a text: a vendor's words may repeat what was sent to it.
    """

    connection: str
    connector: str
    distribution: str
    masked: Callable[[str], str] = field(default=_as_it_is, repr=False, compare=False)

    def told(self, error: ServiceDeskError) -> None:
        """Make an error that a plugin raised on purpose one that can be shown and stored."""
        error.connection = error.connection or self.connection
        error.message = self.masked(error.message)
        error.args = (error.message, *error.args[1:])
        error.hint = self.masked(error.hint) if error.hint else error.hint
        error.detail = self.masked(error.detail) if error.detail else error.detail
        if isinstance(error, RejectedError):
            error.field_errors = tuple(map(self.masked, error.field_errors))

    def garbage(self, hook: str, what: str) -> HookError:
        """Return the error for an answer that breaks the hook's contract."""
        return HookError(
            f'The connector "{self.connector}" ({self.distribution}) broke the contract of {hook}: {what}.',
            hint="Report this to the plugin's author.",
            connection=self.connection,
        )

    def failed(self, hook: str, error: BaseException) -> HookError:
        """Return the error for an exception that is none of ours; its text may hold record data and is left out."""
        return HookError(
            f'The connector "{self.connector}" ({self.distribution}) failed in {hook} with {type(error).__name__}.',
            hint="Report this to the plugin's author; --debug shows where.",
            connection=self.connection,
            detail=where(error),
        )

    def late(self, hook: str, limit_s: float) -> HookError:
        """Return the error for a call that did not come back."""
        return HookError(
            f'The connector "{self.connector}" ({self.distribution}) did not come back from {hook} '
            f"within {limit_s:g} s and was stopped.",
            hint="Try again; if it stays so, report it to the plugin's author.",
            connection=self.connection,
        )


def where(error: BaseException) -> str:
    """Return the innermost place of an exception: its type, file, line and function; no values."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"


class boundary:  # noqa: N801  # used like a function; a class, because it stands around every item of every stream
    """Let our own errors pass, with connection and without secrets; turn everything else into :class:`HookError`.

    Args:
        origin: Whose code runs.
        hook: Which hook.

    Raises:
        ServiceDeskError: What the plugin raised on purpose.
        HookError: The plugin failed.
    """

    __slots__ = ("_hook", "_origin")

    def __init__(self, origin: Origin, hook: str) -> None:
        self._origin = origin
        self._hook = hook

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Let an error pass, or raise what stands for it."""
        if error is None or isinstance(error, KeyboardInterrupt | GeneratorExit):
            return
        if isinstance(error, ServiceDeskError):
            self._origin.told(error)
            return
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                return
        raise self._origin.failed(self._hook, error) from error
