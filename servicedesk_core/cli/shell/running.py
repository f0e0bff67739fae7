"""Runs a coroutine so that Ctrl-C, SIGTERM and, on Windows, Ctrl-Break end it cleanly."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

_AT_ONCE: dict[int, Callable[[int, FrameType | None], object] | signal.Handlers] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
"""What a second signal of a kind does."""

_BREAK: int | None = getattr(signal, "SIGBREAK", None)
if _BREAK is not None:  # Windows: Ctrl-Break, a closed console, a log-off, and what service wrappers send
    _AT_ONCE[_BREAK] = signal.SIG_DFL


class StoppedBySignal(Exception):  # noqa: N818  # not an error: somebody asked for it
    """The work was cancelled because of a signal, and has cleaned up.

    Args:
        signum: Number of the signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.exit_code = 128 + (signal.SIGTERM if signum == _BREAK else signum)


def answer(question: str) -> str:
    """Ask on standard error, and return the line that somebody types; empty = the input ended.

    Args:
        question: What is asked; it is safe to show.

    Raises:
        StoppedBySignal: They typed Ctrl-C; a loop that waits here would never look at it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise StoppedBySignal(signal.SIGINT) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if not line:  # what follows begins on a line of its own
        sys.stderr.write("\n")
    return line


def run_async(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the work to its end; the first signal cancels it, a second one kills the process as usual.

    Raises:
        StoppedBySignal: A signal came, and the work has ended because of it.
    """
    received: list[int] = []

    async def supervised() -> T:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine that runs belongs to a task

        def stop(signum: int, _: FrameType | None = None) -> None:
            received.append(signum)
            signal.signal(signum, _AT_ONCE[signum])
            loop.call_soon_threadsafe(task.cancel)

        before = {number: signal.signal(number, stop) for number in _AT_ONCE}
        try:
            return await work()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    try:
        return asyncio.run(supervised())
    except asyncio.CancelledError:
        if received:
            raise StoppedBySignal(received[0]) from None
        raise
