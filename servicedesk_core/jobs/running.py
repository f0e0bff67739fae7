"""Runs one job: under its lease, once for each due time, and leaves a row that says how it went."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy import delete

from servicedesk_core.errors import LeaseError, LeaseHeldError, ServiceDeskError
from servicedesk_core.jobs import job_runs
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.jobs.job import Job
from servicedesk_core.people import JOBS
from servicedesk_core.problem import Problem
from servicedesk_core.processes import name_of, this_process
from servicedesk_core.store import Tx
from servicedesk_core.store.cancellation import or_undone
from servicedesk_core.store.holding import held
from servicedesk_core.store.leases import Fence
from servicedesk_core.store.schema import form_requests
from servicedesk_core.store.schema.forms import FORMS_KEPT

_log = logging.getLogger("servicedesk.jobs")

Ended = Literal["ok", "failed", "busy", "interrupted", "skipped"]


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a run of a job ended.

    Attributes:
        job: Name of the job.
        outcome: ``ok``, ``failed``, ``busy`` (somebody else is at it), ``interrupted`` (its lease was lost on the
            way), or ``skipped`` (its due time was served before).
        summary: What it did.
        error: Why it failed, or who is at it.
        is_served: Whether its due time needs no other run: the store says how this one ended, or another did.
    """

    job: str
    outcome: Ended
    summary: str | None = None
    error: Problem | None = None
    is_served: bool = True

    @property
    def exit_code(self) -> int:
        """What the command line returns for it."""
        return self.error.exit_code if self.error else 0


async def run_job(desk: JobDesk, job: Job, *, slot: datetime | None = None) -> JobOutcome:
    """Run a job now.

    Args:
        desk: The open desk.
        job: What to do.
        slot: The due time it is run for, so that no other process runs it for the same one; ``None`` = run it anyway.

    Raises:
        StoreError: The store cannot be used.
    """
    try:
        async with held(desk.store, f"job:{job.name}") as fence:
            now = desk.clock.now()
            claim = partial(
                job_runs.claim,
                job=job.name,
                slot=slot or now,
                origin="manual" if slot is None else "schedule",
                owner=name_of(this_process()),
                now=now,
            )

            async def stopped(run_id: int | None) -> None:
                if run_id is not None:
                    await _note(desk, run_id, fence, outcome="interrupted")

            run_id = await or_undone(desk.store.write(claim, fence=fence), stopped)
            if run_id is None:
                return JobOutcome(job.name, "skipped")
            return await _done(desk, job, run_id, fence)
    except LeaseHeldError as error:
        return JobOutcome(job.name, "busy", error=Problem.of(error), is_served=False)


async def _done(desk: JobDesk, job: Job, run_id: int, fence: Fence) -> JobOutcome:
    ended: Literal["ok", "failed", "busy", "interrupted"] = "ok"
    summary, problem = None, None
    try:
        await desk.store.read(desk.people_in)  # somebody may have come since this process was started
        summary = await job.kind.loaded()(desk.acting_as(JOBS), job.connection)
    except asyncio.CancelledError:
        await _note(desk, run_id, fence, outcome="interrupted")
        raise
    except LeaseHeldError as error:
        ended, problem = "busy", Problem.of(error)
    except LeaseError as error:
        ended, problem = "interrupted", Problem.of(error)
    except ServiceDeskError as error:
        ended, problem = "failed", _masked(desk, Problem.of(error))
    except Exception as error:  # noqa: BLE001
        # The other jobs of a service go on; the text of a foreign error may hold record data.
        _log.exception("job %s: this should not have happened", job.name)
        ended = "failed"
        problem = Problem("internal", 1, f"This should not have happened ({type(error).__name__}).", None)
    is_noted = await _note(desk, run_id, fence, outcome=ended, summary=summary, error=problem)
    return JobOutcome(job.name, ended, summary, problem, is_served=is_noted and ended in {"ok", "failed"})


def _masked(desk: JobDesk, problem: Problem) -> Problem:
    return Problem(problem.code, problem.exit_code, desk.redactor.text(problem.message), problem.hint)


async def _note(
    desk: JobDesk,
    run_id: int,
    fence: Fence,
    *,
    outcome: job_runs.Outcome,
    summary: str | None = None,
    error: Problem | None = None,
) -> bool:
    """Store how a run ended; return whether it could be stored."""
    now = desk.clock.now()
    keep = timedelta(days=desk.settings.desk.keep_changes_days)

    def note(tx: Tx) -> None:
        job_runs.finish(
            tx,
            run_id,
            outcome=outcome,
            now=now,
            summary=summary,
            error_code=error.code if error else None,
            error=error.message if error else None,
        )
        job_runs.prune(tx, now - keep)
        tx.execute(delete(form_requests).where(form_requests.c.begun_at < now - FORMS_KEPT))

    try:
        await desk.store.write(note, fence=fence)
    except ServiceDeskError as failure:  # whoever takes the job over writes its own row
        _log.warning("the end of a job could not be noted: %s", failure.code)
        return False
    return True
