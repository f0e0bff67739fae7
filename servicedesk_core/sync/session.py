"""Runs the steps of all streams: phase by phase, side by side where their needs allow, each failing alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import groupby

from servicedesk_core.errors import (
    AuthenticationError,
    LeaseError,
    MassChangeError,
    ServiceDeskError,
    StoreError,
)
from servicedesk_core.hooks.boundary import where
from servicedesk_core.http.counting import counted_for
from servicedesk_core.store import records
from servicedesk_core.sync.deciding.plan import ordered
from servicedesk_core.sync.deciding.steps import Step, steps_of
from servicedesk_core.sync.mending.dangling import fetch_dangling, remember, wanted
from servicedesk_core.sync.mending.history import read_history
from servicedesk_core.sync.names import EVENTS, TICKETS
from servicedesk_core.sync.report import StreamReport, StreamState
from servicedesk_core.sync.run import Run, StreamRun

_log = logging.getLogger("servicedesk.sync")

FATAL = (AuthenticationError, LeaseError, StoreError)
"""What stops the whole run: every other stream would fail in the same way."""


class Session:
    """The reading part of one run.

    Args:
        run: The run.
        streams: Names of the streams to read.
        each: What to do with each stream, one after the other, instead of reading what it needs.
    """

    def __init__(
        self, run: Run, streams: tuple[str, ...], *, each: Callable[[StreamRun], Awaitable[None]] | None = None
    ) -> None:
        self._run = run
        self._streams = [run.stream(c.stream) for c in ordered(run.capabilities[name] for name in streams)]
        self._each = each
        self._turns = asyncio.Semaphore(max(1, run.limits.streams))

    @property
    def reports(self) -> tuple[StreamReport, ...]:
        """One report for each stream, in the order in which they are read."""
        return tuple(stream.report for stream in self._streams)

    async def read(self) -> None:
        """Do everything that the streams need.

        Raises:
            AuthenticationError: The vendor rejected the credentials; nothing else was tried.
            LeaseLostError: Another process took over.
            StoreError: The store cannot be written.
        """
        if self._each is None:
            await self._read()
        else:
            for stream in self._streams:
                await self._timed(Step(0, "", stream, partial(self._each, stream)))
        for stream in self._streams:
            if stream.report.state is StreamState.RUNNING:
                stream.report.state = StreamState.COMPLETE

    async def _read(self) -> None:
        steps: list[Step] = []
        for stream in self._streams:
            mine: list[Step] = []
            await self._guarded(stream, partial(_collect, stream, mine))
            steps += mine
            stream.report.modes = list(dict.fromkeys(step.mode for step in mine if step.is_needed()))
            if not mine and stream.report.state is StreamState.RUNNING:
                stream.report.state = StreamState.SKIPPED
        steps.sort(key=lambda step: step.phase)
        for _, phase in groupby(steps, key=lambda step: step.phase):
            await self._side_by_side(list(phase))
        await self._fetch_dangling()
        await self._read_history()
        await self._forget_payloads()

    async def _side_by_side(self, phase: list[Step]) -> None:
        finished = {step.stream.stream: asyncio.Event() for step in phase}
        order = [step.stream.stream for step in phase]

        async def one(step: Step) -> None:
            stream = step.stream
            try:
                # Only those before it in the order are waited for: streams that need each other must not wait for ever.
                for name in stream.capability.needs:
                    if name in order[: order.index(stream.stream)]:
                        await finished[name].wait()
                async with self._turns:
                    if stream.report.state is StreamState.RUNNING and step.is_needed():
                        stream.report.modes = list(dict.fromkeys([*stream.report.modes, step.mode]))
                        await self._timed(step)
            finally:
                finished[stream.stream].set()

        try:
            async with asyncio.TaskGroup() as group:
                for step in phase:
                    group.create_task(one(step))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _timed(self, step: Step) -> None:
        clock = self._run.clock
        began = clock.monotonic()
        try:
            await self._guarded(step.stream, step.work)
        finally:
            step.stream.report.seconds += clock.monotonic() - began

    async def _guarded(self, stream: StreamRun, work: Callable[[], Awaitable[None]]) -> None:
        """Keep the failure of one stream to itself; the requests that it takes are counted for it."""
        try:
            with counted_for(stream.report):
                await work()
        except FATAL:
            raise
        except MassChangeError as error:
            note_failure(stream.report, error, StreamState.HELD)
        except ServiceDeskError as error:
            _log.warning("%s: %s stopped: %s", self._run.connection.name, stream.stream, error.code)
            note_failure(stream.report, error)
        except Exception as error:  # noqa: BLE001  # a fault in one stream must not take the others with it
            # Only the place: the text of such an exception may hold record data.
            fault = ServiceDeskError(f"A fault of the program ({where(error)}).", hint="Report it to its authors.")
            _log.error("%s: %s stopped: %s", self._run.connection.name, stream.stream, fault.message)
            note_failure(stream.report, fault)

    async def _fetch_dangling(self) -> None:
        if not self._run.connection.calls.implements("fetch_records"):
            return
        if not any(report.new or report.changed for report in self.reports):
            return
        wanted_of = {c.stream for c in self._run.capabilities.values() if c.stream != EVENTS and c.part_of is None}
        streams = [stream for stream in self._streams if stream.stream in wanted_of]
        ready = [stream for stream in streams if stream.report.backfilled and _is_well(stream)]
        mode = "backfill" if any("backfill" in stream.report.modes for stream in self._streams) else "by_ids"
        asked = await wanted(self._run, ready)
        for stream in ready:
            if stream.stream in asked.refs:
                refs = asked.refs[stream.stream]
                await self._guarded(stream, partial(fetch_dangling, stream, refs, mode=mode))
        if asked.is_all and len(ready) == len(wanted_of) and all(map(_is_well, ready)):
            await remember(self._run, asked)

    async def _read_history(self) -> None:
        connection = self._run.connection
        if connection.history_requests <= 0 or not connection.calls.implements("fetch_history"):
            return
        for stream in self._streams:
            if stream.stream == TICKETS and _is_well(stream):
                await self._guarded(stream, partial(read_history, stream))

    async def _forget_payloads(self) -> None:
        """Drop the payloads that the policy no longer keeps."""
        run = self._run
        policy = run.connection.raw
        if policy.days:
            for stream in self._streams:
                forget = partial(
                    records.forget_raws,
                    source_id=run.source_id,
                    stream=stream.stream,
                    policy=policy,
                    now=run.clock.now(),
                )
                await run.write(forget)


async def _collect(stream: StreamRun, into: list[Step]) -> None:
    into += await steps_of(stream)


def note_failure(report: StreamReport, error: ServiceDeskError, state: StreamState = StreamState.FAILED) -> None:
    """Note in a report why its stream stopped."""
    report.state = state
    report.error_code = error.code
    report.error = error.message
    report.hint = error.hint


def _is_well(stream: StreamRun) -> bool:
    return stream.report.state in {StreamState.RUNNING, StreamState.SKIPPED}
