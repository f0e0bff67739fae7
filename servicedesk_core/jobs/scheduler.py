"""Starts jobs when they are due.

Not a scheduler library's own loop: those sleep by a clock that stands still while the machine sleeps, and keep what was
missed in memory. Here the wall clock is looked at every few seconds, and what was run stands in the store, so a machine
that slept, a restart and a second process all come to the same answer.
"""

import asyncio
import contextlib
import logging
import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.errors import LeaseError, ServiceDeskError
from servicedesk_core.jobs import supervisor
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.jobs.job import Job
from servicedesk_core.jobs.running import JobOutcome, run_job
from servicedesk_core.jobs.schedule import interval_of, last_due, next_due
from servicedesk_core.jobs.tally import JobTally
from servicedesk_core.processes import this_process
from servicedesk_core.store import Fence, Tx, leases
from servicedesk_core.store.cancellation import or_undone

_log = logging.getLogger("servicedesk.jobs")

LOOK_S: Final = 15.0
"""Longest time without a look at the clock."""

SOON: Final = timedelta(minutes=2)
"""Jobs that are due so often are not caught up when the server starts."""

HUNG_S: Final = 180.0
"""So long after its last look a scheduler counts as hung; a store that is down holds a look up for less."""


class Scheduler:
    """Runs the jobs of a desk until it is cancelled. Jobs run side by side, each job once at a time.

    Args:
        desk: The open desk.
        jobs: Its jobs.
        chance: Where jitter comes from.
    """

    def __init__(self, desk: JobDesk, jobs: Mapping[str, Job], *, chance: random.Random | None = None) -> None:
        self._desk = desk
        self._jobs = dict(jobs)
        self._chance = chance or random.Random()  # noqa: S311  # spreads load, guards nothing
        self._served: dict[str, datetime] = {}
        self._tried: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, str | None] = {}
        self._presence: Fence | None = None
        self._id = uuid.uuid4().hex[:8]
        self._looked_s = self._desk.clock.monotonic()
        self.tally = JobTally()

    async def run(self) -> None:
        """Start what is due, for ever; cancelled, it waits until every job has left a clean checkpoint."""
        try:
            while True:
                self._looked_s = self._desk.clock.monotonic()
                supervisor.tell(supervisor.ALIVE)
                await self._say_that_we_live()
                now = self._desk.clock.now()
                for job, slot in self.due(now):
                    self._start(job, slot)
                await asyncio.sleep(self._pause_s(self._desk.clock.now()))
        finally:
            await self._stop()

    def is_live(self) -> bool:
        """Whether the clock was looked at lately; while the machine sleeps, nothing counts against it."""
        return self._desk.clock.monotonic() - self._looked_s < HUNG_S

    def due(self, now: datetime) -> list[tuple[Job, datetime]]:
        """Return the jobs to start now, each with the due time that it serves.

        Of several due times that were missed only the newest counts, and only while it is no older than
        ``[serve] catch_up_hours``. A job of every minute is not caught up at the start: its next due time is near, and
        alerts should not be about a sync that has just begun.

        Args:
            now: The present instant.
        """
        found: list[tuple[Job, datetime]] = []
        for job in self._jobs.values():
            if job.name in self._running:
                continue
            slot = last_due(job.schedule, timezone=self._zone, now=now)
            if slot is None or slot == self._served.get(job.name) or now - slot > self._patience:
                continue
            if job.name not in self._served and self._comes_soon(job, now):
                self._served[job.name] = slot
                continue
            found.append((job, slot))
        return found

    @property
    def _zone(self) -> str:
        return self._desk.settings.desk.timezone

    @property
    def _patience(self) -> timedelta:
        return max(timedelta(hours=self._desk.settings.serve.catch_up_hours), timedelta(seconds=2 * LOOK_S))

    def _comes_soon(self, job: Job, now: datetime) -> bool:
        interval = interval_of(job.schedule, timezone=self._zone, now=now)
        return interval is not None and timedelta(seconds=2 * LOOK_S) <= interval <= SOON

    def _pause_s(self, now: datetime) -> float:
        coming = [next_due(job.schedule, timezone=self._zone, now=now) for job in self._jobs.values()]
        waits = [(at - now).total_seconds() for at in coming if at is not None]
        return min([LOOK_S, *waits])

    def _jitter_s(self, job: Job) -> float:
        interval = interval_of(job.schedule, timezone=self._zone, now=self._desk.clock.now())
        most = self._desk.settings.serve.jitter_s
        return self._chance.uniform(0, min(most, interval.total_seconds() / 4 if interval else most))

    def tell(self, job: Job, outcome: JobOutcome) -> None:
        """Log how a run ended; one of a job of every minute only when it says something else than the one before."""
        told, self._told[job.name] = self._told.get(job.name), outcome.summary
        if outcome.outcome == "failed" and outcome.error is not None:
            _log.warning("job %s failed: %s (%s)", outcome.job, outcome.error.message, outcome.error.code)
        elif outcome.outcome != "ok":
            _log.debug("job %s: %s", outcome.job, outcome.outcome)
        else:
            is_news = outcome.summary != told or not self._comes_soon(job, self._desk.clock.now())
            _log.log(logging.INFO if is_news else logging.DEBUG, "job %s: %s", outcome.job, outcome.summary)

    def _start(self, job: Job, slot: datetime) -> None:
        self._running[job.name] = asyncio.create_task(self._serve(job, slot), name=f"job:{job.name}")

    async def _serve(self, job: Job, slot: datetime) -> None:
        """Run a job; until somebody has served its due time, it is tried again at each look."""
        try:
            is_first = self._tried.get(job.name) != slot
            self._tried[job.name] = slot
            if is_first:
                await self._desk.clock.sleep(self._jitter_s(job))
            began = self._desk.clock.monotonic()
            outcome = await run_job(self._desk, job, slot=slot)
            if is_first or outcome.outcome != "busy":
                self.tally.note(job.name, outcome.outcome, self._desk.clock.monotonic() - began)
            self.tell(job, outcome)
            if outcome.is_served:
                self._served[job.name] = slot
        except ServiceDeskError as error:
            _log.warning("job %s could not begin: %s (%s)", job.name, error.message, error.code)
        finally:
            self._running.pop(job.name, None)

    async def _say_that_we_live(self) -> None:
        """Hold a lease of our own, so that nobody upgrades the store under us; taken anew after the machine slept."""

        def hold(tx: Tx) -> Fence:
            if self._presence is not None:
                with contextlib.suppress(LeaseError):
                    leases.renew(tx, self._presence, leases.TTL_S)
                    return self._presence
            return leases.acquire(tx, f"serve:{self._id}", this_process(), leases.TTL_S)

        async def stopped(taken: Fence) -> None:
            self._presence = taken  # it is given back with the rest

        try:
            self._presence = await or_undone(self._desk.store.write(hold), stopped)
        except ServiceDeskError as error:
            _log.warning("the store cannot be used now: %s (%s)", error.message, error.code)

    async def _stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        presence = self._presence
        if presence is not None:
            try:
                await self._desk.store.write(lambda tx: leases.release(tx, presence))
            except ServiceDeskError as error:  # it expires by itself
                _log.warning("the lease of this server could not be given back: %s", error.code)
