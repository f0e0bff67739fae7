"""Puts the scheduler and the endpoint together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from servicedesk_core.desk.monitoring.health import Health, health
from servicedesk_core.desk.serving.beating import beat, ended
from servicedesk_core.desk.serving.endpoint import PATHS, Answers, Endpoint
from servicedesk_core.errors import SettingsError
from servicedesk_core.jobs import supervisor
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.jobs.schedule import next_due
from servicedesk_core.jobs.scheduler import Scheduler
from servicedesk_core.people import JOBS
from servicedesk_core.store import changes

if TYPE_CHECKING:
    from servicedesk_core.desk.serving.hearing import HearingDesk

_log = logging.getLogger("servicedesk.serve")

AGAIN_S: Final = 5.0
"""So long after it broke off, what works beside the jobs is begun again."""

NEEDED = ("apscheduler", "prometheus_client")


def check(desk: JobDesk) -> None:
    """Make sure that this desk can be served, before anything is started.

    Args:
        desk: The desk.

    Raises:
        SettingsError: A package is missing, a schedule is not understood or names no job.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"To serve needs packages that are not installed: {', '.join(missing)}.",
            hint="pip install 'servicedesk-core[serve]'",
        )
    for job in desk.known_jobs.values():
        next_due(job.schedule, timezone=desk.settings.desk.timezone, now=desk.clock.now())


async def serve(desk: "HearingDesk", *, tell: Callable[[str], None]) -> None:
    """Run the jobs of a desk by schedule and answer monitoring, until cancelled.

    Args:
        desk: The open desk.
        tell: Hears what is served, a line each.

    Raises:
        SettingsError: See :func:`check`; or the address of the endpoint is taken.
    """
    check(desk)
    jobs = desk.known_jobs
    scheduler = Scheduler(desk, jobs)
    listen = desk.settings.serve.listen
    look = partial(desk.store.read_blocking, changes.head)
    answers = Answers(partial(_ask, desk), look, scheduler.is_live, scheduler.tally)
    endpoint = Endpoint(listen, answers) if listen else None
    try:
        async with AsyncExitStack() as stack:
            for job in jobs.values():
                tell(f"{job.name}: {job.schedule}")
            where = f"{endpoint.address}, {', '.join(PATHS)}" if endpoint else "switched off"
            tell(f"Monitoring: {where}")
            if desk.settings.public.listen:
                from servicedesk_core.desk.serving.hearing import Hearing  # noqa: PLC0415  # few desks listen

                hearing = Hearing(desk)
                await stack.enter_async_context(hearing.open())
                tell(f"Webhooks: {hearing.listener.address}, for vendors {desk.settings.public.url}")
            for feature in desk.features:
                if (beside := feature.serving) is not None:
                    stack.push_async_callback(ended, asyncio.create_task(_kept_going(desk, feature.name, beside)))
            stack.push_async_callback(ended, asyncio.create_task(beat(desk, scheduler.is_live)))
            supervisor.tell(supervisor.READY)
            await scheduler.run()
    finally:
        supervisor.tell(supervisor.STOPPING)
        if endpoint is not None:
            endpoint.close()


async def _kept_going(desk: JobDesk, name: str, beside: Callable[[JobDesk], Awaitable[None]]) -> None:
    """Have a feature work beside the jobs; what breaks in it is begun again, and breaks nothing else."""
    while True:
        try:
            await beside(desk.acting_as(JOBS))
        except Exception:  # noqa: BLE001  # foreign code, perhaps
            _log.exception("%s broke off beside the jobs and is begun again: this should not have happened", name)
        await asyncio.sleep(AGAIN_S)


def _ask(desk: JobDesk) -> Health:
    now = desk.clock.now()
    return desk.store.read_blocking(lambda tx: health(tx, desk.settings, desk.known_jobs, now))
