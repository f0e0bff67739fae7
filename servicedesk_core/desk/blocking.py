"""A synchronous twin of the desk, for scripts, threads and notebooks."""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
from copy import copy
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, Unpack

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import DEFAULT_FILE, DeskSettings
from servicedesk_core.desk import DeskOptions, ServiceDesk
from servicedesk_core.desk.own_features import OwnFeatures
from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Callee, Page, Waiting
from servicedesk_core.features import FEATURES, own
from servicedesk_core.hooks.announced import Change
from servicedesk_core.people import Actor

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)
P = ParamSpec("P")
T = TypeVar("T")
_END = object()


class _LoopThread:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servicedesk-loop", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end; an interrupted caller cancels it and waits until it has cleaned up."""
        if os.getpid() != self._process:
            work.close()
            message = "The desk was opened before this process was forked; its thread stayed in the parent."
            raise StoreError(message, hint="Open a desk in each worker, after the fork.")
        if threading.current_thread() is self._thread:
            work.close()
            msg = "a blocking call inside the desk's own loop would wait for itself; use ServiceDesk there"
            raise RuntimeError(msg)
        ended = threading.Event()
        tasks: list[asyncio.Task[T]] = []

        def begin() -> None:
            tasks.append(self._loop.create_task(work))
            tasks[0].add_done_callback(lambda _: ended.set())

        self._loop.call_soon_threadsafe(begin)
        try:
            ended.wait()
        except BaseException:
            self._loop.call_soon_threadsafe(lambda: tasks[0].cancel())  # noqa: PLW0108  # may not have begun yet
            ended.wait()
            raise
        return tasks[0].result()

    @property
    def is_inherited(self) -> bool:
        """Whether this is a forked child, in which the thread does not run."""
        return os.getpid() != self._process

    def stop(self) -> None:
        """End the loop and its thread; in a forked child there is neither."""
        if os.getpid() != self._process:
            return
        self.run(self._loop.shutdown_asyncgens())
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Twin(Generic[A_co]):
    """Something asynchronous with the loop that it runs on."""

    def __init__(self, target: A_co, loop: _LoopThread) -> None:
        self._target = target
        self._loop = loop


def _waiting(
    method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[_Twin[A], P], T]:
    """Return the method as one that waits for its result."""

    @wraps(method)
    def call(self: _Twin[A], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.run(method(self._target, *args, **kwargs))

    return call


def _iterating(
    method: Callable[Concatenate[A, P], AsyncGenerator[T, None]],
) -> Callable[Concatenate[_Twin[A], P], Iterator[T]]:
    """Return the method as one that gives a plain iterator."""

    @wraps(method)
    def call(self: _Twin[A], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        source = method(self._target, *args, **kwargs)

        async def step() -> T | object:
            return await anext(source, _END)

        try:
            while (item := self._loop.run(step())) is not _END:
                yield item  # type: ignore[misc]  # nothing else is left than T
        finally:
            self._loop.run(source.aclose())

    return call


class BlockingServiceDesk(_Twin[ServiceDesk], OwnFeatures[Waiting]):
    """The desk without ``await``: every method waits for its result.

    It owns one event loop on one background thread, so it works in plain scripts, in any thread, and where an event
    loop runs already (notebooks). Use it in a ``with`` block, or call :meth:`close`.

    Args:
        settings: See :class:`ServiceDesk`, like all further arguments.
        options: See :class:`ServiceDesk`.
    """

    def __init__(self, settings: DeskSettings | Mapping[str, Any], **options: Unpack[DeskOptions]) -> None:
        self._start(ServiceDesk(settings, **options))

    @classmethod
    def open(cls, path: Path | str = DEFAULT_FILE, **options: Unpack[DeskOptions]) -> Self:
        """Open the desk that a configuration file describes; see :meth:`ServiceDesk.open`."""
        desk = cls.__new__(cls)
        desk._start(ServiceDesk.open(path, **options))  # noqa: SLF001  # our own
        return desk

    def _start(self, desk: ServiceDesk) -> None:
        super().__init__(desk, _LoopThread())
        try:
            self._loop.run(desk.__aenter__())
        except BaseException:
            self._loop.stop()
            raise

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return this desk as somebody else acts on it, as long as this one is open; see :class:`ServiceDesk`."""
        return self._lending(self._target.acting_as(actor, only=only))

    def because_of(self, change: Change) -> Self:
        """Return this desk for what is proposed because of a change; see :class:`ServiceDesk`."""
        return self._lending(self._target.because_of(change))

    def _lending(self, target: ServiceDesk) -> Self:
        other = copy(self)
        for name in FEATURES:
            vars(other).pop(name, None)
        other._lends = True  # noqa: SLF001  # our own
        other._target = target  # noqa: SLF001
        return other

    _lends = False
    """Whether store and thread are another's, who closes them."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Return a feature of ours, whose calls wait."""
            if name not in FEATURES:
                raise AttributeError(name, name=name, obj=self)
            part = own(name).calls(self._target, self._loop.run)
            setattr(self, name, part)
            return part

    def call(self, offered: Callee[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask or do what any feature declares; see :meth:`ServiceDesk.call`."""
        return self._loop.run(self._target.call(offered, *args, **kwargs))

    def each(self, read: Callable[P, Page[T]], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        """Iterate over a list through all its pages; see :meth:`ServiceDesk.each`."""
        page = read(*args, **kwargs)
        yield from page
        while page.next is not None:
            kwargs["after"] = page.next
            page = read(*args, **kwargs)
            yield from page

    sync = _waiting(ServiceDesk.sync)
    sync_all = _waiting(ServiceDesk.sync_all)
    plan_sync = _waiting(ServiceDesk.plan_sync)
    plan_all = _waiting(ServiceDesk.plan_all)
    plan_past = _waiting(ServiceDesk.plan_past)
    read_past = _waiting(ServiceDesk.read_past)
    remap = _waiting(ServiceDesk.remap)
    remap_all = _waiting(ServiceDesk.remap_all)
    retry_records = _waiting(ServiceDesk.retry_records)
    read_again = _waiting(ServiceDesk.read_again)
    ask_access = _waiting(ServiceDesk.ask_access)
    accept_access = _waiting(ServiceDesk.accept_access)
    ask_identity = _waiting(ServiceDesk.ask_identity)
    accept_identity = _waiting(ServiceDesk.accept_identity)
    check = _waiting(ServiceDesk.check)
    check_all = _waiting(ServiceDesk.check_all)
    connections = _waiting(ServiceDesk.connections)
    disconnect = _waiting(ServiceDesk.disconnect)
    jobs = _waiting(ServiceDesk.jobs)
    run_jobs = _waiting(ServiceDesk.run_jobs)
    health = _waiting(ServiceDesk.health)
    vocabulary = _waiting(ServiceDesk.vocabulary)
    export = _waiting(ServiceDesk.export)
    changes = _iterating(ServiceDesk.changes)
    records = _iterating(ServiceDesk.records)
    forget_consumer = _waiting(ServiceDesk.forget_consumer)

    def close(self) -> None:
        """Close the desk and end its thread."""
        if self._lends:
            return
        try:
            if not self._loop.is_inherited:
                self._loop.run(self._target.aclose())
        finally:
            self._loop.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
