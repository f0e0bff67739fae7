"""Notices code of a plugin that does not come back: on the event loop, or on a thread of ``run_blocking``.

Such code cannot be stopped, only reported: which connection, which hook, and where it stands.
"""

import asyncio
import itertools
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from types import FrameType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("servicedesk.hooks")
_DEEPEST_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Stall:
    """Something that does not come back.

    Attributes:
        label: Connection and hook; several when it is not sure which.
        seconds: For how long already.
        on_loop: Whether it holds up the event loop, and with it everything else.
        stack: Files, lines and functions, innermost last; no values.
    """

    label: str
    seconds: float
    on_loop: bool
    stack: tuple[str, ...]


def log_stall(stall: Stall) -> None:
    """Report a stall as a warning."""
    _log.warning(
        "%s has not come back for %.0f s%s; it stands at:\n%s",
        stall.label,
        stall.seconds,
        " and holds up everything else" if stall.on_loop else "",
        "\n".join(stall.stack),
    )


@dataclass(slots=True)
class _Step:
    label: str
    task: asyncio.Task[object] | None
    thread: int | None
    since: float
    reported: bool = False


_own_step: ContextVar[_Step | None] = ContextVar("own_step", default=None)


def still_working() -> None:
    """Say from inside a blocking call that it goes on: whoever says so in time does not hang, however slow."""
    if (step := _own_step.get()) is not None:
        step.since = time.monotonic()


class Watchdog:
    """A thread that looks whether steps return. Starts with the first step, ends with :meth:`close`.

    Args:
        patience_s: Seconds before something is reported; each incident is reported once.
        report: Gets the report, on the watchdog's thread.
    """

    def __init__(self, *, patience_s: float = 10.0, report: Callable[[Stall], None] = log_stall) -> None:
        self._patience_s = patience_s
        self._report = report
        self._steps: dict[int, _Step] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._beat_at = 0.0
        self._beat_reported = False
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def on_loop(self, label: str) -> Iterator[None]:
        """Watch a step of the running task: it may wait as long as it likes, but must not block the loop."""
        loop = asyncio.get_running_loop()
        starts = self._timer is None or self._loop is not loop
        if starts:
            self._loop, self._loop_thread, self._beat_at = loop, threading.get_ident(), time.monotonic()
        number = self._enter(_Step(label, asyncio.current_task(), None, time.monotonic()))
        if starts:
            self._beat()
        try:
            yield
        finally:
            self._leave(number)

    async def run_blocking(self, label: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function on a thread of its own and watch it.

        The thread is a daemon: a call that hangs holds up neither a pool nor the end of the process.
        """
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        context = copy_context()

        def watched() -> None:
            step = _Step(label, None, threading.get_ident(), time.monotonic())
            number = self._enter(step)
            try:
                context.run(_own_step.set, step)
                future.set_result(context.run(function, *args, **kwargs))
            except BaseException as error:  # noqa: BLE001  # belongs to the caller
                future.set_exception(error)
            finally:
                self._leave(number)

        threading.Thread(target=watched, name=f"servicedesk {label}", daemon=True).start()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None

    def _enter(self, step: _Step) -> int:
        number = next(self._numbers)
        with self._lock:
            self._steps[number] = step
            if self._watcher is None and not self._stop.is_set():
                self._watcher = threading.Thread(target=self._watch, name="servicedesk-watchdog", daemon=True)
                self._watcher.start()
        return number

    def _leave(self, number: int) -> None:
        with self._lock:
            del self._steps[number]

    def _beat(self) -> None:
        """Prove from inside the loop that it turns; goes on while steps are open."""
        self._beat_at, self._beat_reported = time.monotonic(), False
        loop_steps = any(step.thread is None for step in list(self._steps.values()))
        if self._loop is None or not loop_steps or self._stop.is_set():
            self._timer = None
            return
        self._timer = self._loop.call_later(self._patience_s / 4, self._beat)

    def _watch(self) -> None:
        while not self._stop.wait(self._patience_s / 4):
            now = time.monotonic()
            with self._lock:
                steps = list(self._steps.values())
            self._look_at_loop([step for step in steps if step.thread is None], now)
            for step in steps:
                if step.thread is not None and not step.reported and now - step.since > self._patience_s:
                    step.reported = True
                    self._report(Stall(step.label, now - step.since, on_loop=False, stack=_stack(step.thread)))

    def _look_at_loop(self, steps: list[_Step], now: float) -> None:
        late_s = now - self._beat_at
        if not steps or self._timer is None or self._beat_reported or late_s <= self._patience_s:
            return
        self._beat_reported = True
        running = asyncio.current_task(self._loop)
        labels = [step.label for step in steps if step.task is running] or [step.label for step in steps]
        self._report(Stall(" or ".join(sorted(set(labels))), late_s, on_loop=True, stack=_stack(self._loop_thread)))


def _stack(thread: int) -> tuple[str, ...]:
    frame: FrameType | None = sys._current_frames().get(thread)  # noqa: SLF001  # the documented way to look
    frames = traceback.extract_stack(frame)[-_DEEPEST_FRAMES:] if frame else []
    return tuple(f"{one.filename}:{one.lineno} in {one.name}" for one in frames)
