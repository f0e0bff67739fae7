"""The jobs ``reports`` and ``morning``."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import TransientError
from servicedesk_core.faces import Desk
from servicedesk_core.features.report.morning import pages as morning
from servicedesk_core.features.report.morning.model import Morning
from servicedesk_core.features.report.morning.rules import is_working_day
from servicedesk_core.features.report.morning.tables import calendar_of
from servicedesk_core.features.report.pages import html
from servicedesk_core.features.report.queries import Reports
from servicedesk_core.files import replace_file
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.outbox.mail import Carrier, Mail, key_of, send_once
from servicedesk_core.printing import one_line
from servicedesk_core.store import sending


class ReportingDesk(JobDesk, Desk, Protocol):
    """A desk that features are asked on."""


async def write_reports(desk: ReportingDesk, connection: str | None) -> str:
    """Write the desk page to the file that ``[serve]`` names.

    Raises:
        SettingsError: The file cannot be written.
    """
    report = await Reports.desk_page.of(desk, connection=connection)
    path = desk.settings.beside(desk.settings.serve.report)
    await asyncio.to_thread(_put, path, html(report).encode())
    return f"wrote {path.name}"


async def mail_morning(desk: ReportingDesk, connection: str | None) -> str:
    """Mail the morning page on working days, once a day.

    Raises:
        ServiceDeskError: The mail may or may not have been sent, or the server certainly did not take it.
    """
    settings, now = desk.settings, desk.clock.now()
    name = settings.morning.mail
    channel = settings.alerts.channels.get(name) if name is not None else None
    if name is None or not isinstance(channel, MailChannel):
        return "nobody is to be mailed: [morning] names no mail"
    zone = settings.desk.timezone
    calendar, _ = await desk.store.read(lambda tx: calendar_of(tx, settings.morning.calendar, zone, now))
    if not is_working_day(calendar, now):
        return "not a working day"
    if not await desk.store.read(sending.sending_allowed):
        return "nothing is mailed from a store that was restored or copied, until somebody adopts it"
    mail = morning_mail(await Reports.morning.of(desk, connection=connection, weeks=True))
    carry = Carrier(channel, name, desk.secrets, settings.where, settings.morning.recipients)
    try:
        was_sent = await send_once(desk.store, desk.clock, mail, carry)
    except OSError as error:
        reason = f"The mail server of {name} did not take the morning page ({type(error).__name__})."
        raise TransientError(reason, hint="It is sent when the job runs again.") from error
    return "mailed the morning page" if was_sent else "the morning page of today was mailed before"


def morning_mail(page: Morning) -> Mail:
    """Return the mail of a morning page; of one day it is always the same mail."""
    day = page.at.astimezone(ZoneInfo(page.timezone)).date().isoformat()
    return Mail(
        key_of("morning", page.desk, day),
        one_line(f"[{page.desk}] {page.verdict}"),
        morning.text(page),
        morning.html(page),
        about=f"The morning page of {day}",
    )


def _put(path: Path, page: bytes) -> None:
    with suppress(OSError):  # what cannot be made is told by the writing, with its path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, page)
