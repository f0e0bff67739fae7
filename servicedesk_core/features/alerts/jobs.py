"""The job ``alerts``: looks, notes once, tells."""

import asyncio
import logging
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.errors import ServiceDeskError, StoreError
from servicedesk_core.faces import Condition, Feature, Watch
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.delivery import sender_of
from servicedesk_core.features.alerts.messages import Message, message_of
from servicedesk_core.features.alerts.model import Notice
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx

_log = logging.getLogger("servicedesk.alerts")

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
    found: dict[str, list[Condition] | None] = {}
    for feature in desk.features:
        found[feature.name] = await _asked(desk, feature, now)
    wrong = [condition for conditions in found.values() for condition in conditions or ()]
    names, is_all = (tables.LOG, *desk.settings.alerts.channels), None not in found.values()
    await desk.store.write(lambda tx: tables.settle(tx, wrong, names, now, is_all=is_all))
    notices = await desk.store.write(lambda tx: tables.waiting(tx, now))
    by_channel: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_channel[notice.channel].append(notice)
    told = await asyncio.gather(*(_tell(desk, name, batch) for name, batch in by_channel.items()))
    return f"{len(wrong)} open, {sum(told)} notices sent, {len(notices) - sum(told)} could not be sent"


async def _asked(desk: JobDesk, feature: Feature, now: datetime) -> list[Condition] | None:
    """Return what a feature says is wrong; ``None`` = its rules are broken, and nobody knows."""

    def look(tx: Tx) -> list[Condition]:
        told = frozenset(alert.key for alert in tables.open_alerts(tx))
        watch = Watch(tx, desk, now, now.astimezone(ZoneInfo(desk.settings.desk.timezone)).date(), told)
        return [condition for rule in feature.watches for condition in rule(watch)]

    try:
        return await desk.store.read(look) if feature.alert_rules else []
    except StoreError:
        raise
    except Exception:  # noqa: BLE001  # foreign code
        _log.exception("the alert rules of %s: this should not have happened", feature.name)
        return None


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
        await desk.store.write(lambda tx: tables.delivered(tx, notices, now))
        return len(notices)
    reason = desk.redactor.text(reason)
    _log.warning("alerts could not be sent to %s, they are tried again: %s", channel, reason)
    await desk.store.write(lambda tx: tables.refused(tx, notices, reason, now))
    return 0


async def _send(desk: JobDesk, channel: str, message: Message) -> None:
    if channel == tables.LOG:
        for line in message.lines:
            _log.warning("%s", line)
        return
    settings = desk.settings.alerts.channels.get(channel)
    if settings is not None:  # one that was taken out of the configuration has nothing to take any more
        await asyncio.to_thread(sender_of(settings, desk.secrets, desk.settings, channel), message)


def _reason(error: Exception) -> str:
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {code}" if code else "")
