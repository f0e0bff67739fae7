"""The job ``alerts``: looks, notes once, tells."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.claims.alerting import conditions
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.jobs.registry import jobs_of
from servicedesk_core.runtime.alerts import gathering
from servicedesk_core.runtime.alerts.clock_differences import wrong_clocks
from servicedesk_core.runtime.alerts.doubts import doubts
from servicedesk_core.runtime.alerts.judging import judge
from servicedesk_core.runtime.alerts.message import Message, message_of
from servicedesk_core.runtime.alerts.quota_use import heavy_use
from servicedesk_core.runtime.alerts.sending import sender_of
from servicedesk_core.store import alerts, soundness
from servicedesk_core.store.alerts import Condition, Notice

_log = logging.getLogger("servicedesk.alerts")

LOG = "log"
"""The channel that is always there."""

PATIENCE_S = 60.0
"""Longest time that a channel may take."""


async def watch(desk: JobDesk, connection: str | None) -> str:
    """Open and close alerts, and tell every channel what it does not know yet.

    It runs under the lease of its job, so two processes never tell the same. A channel that is down never fails the
    job: what it did not take is tried again.

    Returns:
        What was found, in a line.
    """
    del connection
    now = desk.clock.now()
    found = await desk.store.read(partial(_look, desk=desk, now=now))
    names = (LOG, *desk.settings.alerts.channels)
    await desk.store.write(lambda tx: alerts.settle(tx, found, names, now))
    notices = await desk.store.write(lambda tx: alerts.waiting(tx, now))
    by_channel: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_channel[notice.channel].append(notice)
    told = await asyncio.gather(*(_tell(desk, name, batch) for name, batch in by_channel.items()))
    return f"{len(found)} open, {sum(told)} notices sent, {len(notices) - sum(told)} could not be sent"


def _look(tx: Connection, *, desk: JobDesk, now: datetime) -> list[Condition]:
    jobs = jobs_of(desk.settings, desk.unread)
    schedules = {job.connection: job.schedule for job in jobs.values() if job.connection and job.kind.name == "sync"}
    known = gathering.known_sources(tx, desk.settings)
    about_claims = conditions(tx, now.astimezone(ZoneInfo(desk.settings.desk.timezone)).date())
    about_streams = judge(
        gathering.streams(tx, known),
        known,
        gathering.job_histories(tx, jobs),
        gathering.rules_of(tx, desk.settings, schedules, now),
        now,
        told={alert.key for alert in alerts.open_alerts(tx)},
    )
    return [
        *_damage(tx),
        *about_claims,
        *doubts(tx),
        *heavy_use(tx, known, now),
        *wrong_clocks(tx, known),
        *about_streams,
    ]


def _damage(tx: Connection) -> Iterator[Condition]:
    if (damage := soundness.known(tx)) is not None:
        yield Condition("store", "damaged", soundness.told(damage), soundness.HINT)


async def _tell(desk: JobDesk, channel: str, notices: list[Notice]) -> int:
    """Tell one channel everything in one message; return how many notices it took."""
    message = message_of(desk.settings.desk.name, notices)
    reason: str | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _send(desk, channel, message)
    except ServiceDeskError as error:
        reason = f"{error.message} ({error.code})"
    except TimeoutError:
        reason = f"did not answer within {PATIENCE_S:.0f} seconds"
    except Exception as error:  # noqa: BLE001  # foreign code; its text may hold the address with its tokens
        reason = _reason(error)
    now = desk.clock.now()
    if reason is None:
        await desk.store.write(lambda tx: alerts.delivered(tx, notices, now))
        return len(notices)
    reason = desk.redactor.text(reason)
    _log.warning("alerts could not be sent to %s, they are tried again: %s", channel, reason)
    await desk.store.write(lambda tx: alerts.refused(tx, notices, reason, now))
    return 0


async def _send(desk: JobDesk, channel: str, message: Message) -> None:
    if channel == LOG:
        for line in message.lines:
            _log.warning("%s", line)
        return
    settings = desk.settings.alerts.channels.get(channel)
    if settings is not None:  # one that was taken out of the configuration has nothing to take any more
        await asyncio.to_thread(sender_of(settings, desk.secrets, desk.settings, channel), message)


def _reason(error: Exception) -> str:
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {code}" if code else "")
