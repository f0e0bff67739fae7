"""The job ``report-mails``."""

from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.operating import MailChannel
from servicedesk_core.errors import OutcomeUnknownError, SettingsError, TransientError
from servicedesk_core.faces import Desk, Query
from servicedesk_core.features.definitions import decisions, in_force
from servicedesk_core.features.report import REGULAR
from servicedesk_core.features.reports import tables
from servicedesk_core.features.reports.kinds import REPORT_MAILS, ReportMail
from servicedesk_core.features.reports.making import told
from servicedesk_core.features.reports.rules import last_due
from servicedesk_core.features.reports.tables import Leaving, Made
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.outbox.mail import Carrier, key_of, send_once
from servicedesk_core.people import REPORTING
from servicedesk_core.store import Tx, sending
from servicedesk_core.wording import counted


class ReportingDesk(JobDesk, Desk, Protocol):
    """A desk that reports are made on."""


async def mail(desk: ReportingDesk, connection: str | None) -> str:
    """Make the reports that are due, and mail what was made and has not gone out.

    What is made is kept before its mail begins to leave: whoever ends in between is followed by the next run, which
    sends the same bytes under the same id.

    Raises:
        Exception: A report could not be made, or its mail was refused, or nobody knows whether it came; the others
            were seen to.
    """
    del connection
    if not await desk.store.read(sending.sending_allowed):
        return "nothing is mailed from a store that was restored or copied, until somebody adopts it"
    errors: list[Exception] = []
    made = sent = 0
    for one, due in await desk.store.read(lambda tx: _due(tx, desk.clock.now(), ZoneInfo(desk.timezone))):
        try:
            made += await make(desk, one, due)
        except Exception as error:  # noqa: BLE001  # one report keeps no other from going out; it is raised below
            errors.append(error)
    for leaving in await desk.store.read(lambda tx: tables.leaving(tx, desk.clock.now())):
        try:
            sent += await send(desk, leaving)
        except Exception as error:  # noqa: BLE001  # one report keeps no other from going out; it is raised below
            errors.append(error)
    if errors:
        raise errors[0]
    return f"made {counted(made, 'report')}, mailed {sent}" if made or sent else "nothing is due"


def _due(tx: Tx, now: datetime, zone: ZoneInfo) -> list[tuple[ReportMail, datetime]]:
    """Return the reports that are due: the newest time of each, unless that was before somebody decided it."""
    decided = decisions(tx, REPORT_MAILS)
    found = ((one, last_due(one, zone, now)) for one in in_force(tx, REPORT_MAILS, now))
    return [(one, due) for one, due in found if due is not None and due >= decided[one.name].at]


async def make(desk: ReportingDesk, one: ReportMail, due: datetime) -> bool:
    """Make a report that is due and keep it; return whether it was not made before."""
    report = REGULAR[one.report]
    key = key_of("report", desk.name, one.name, due.isoformat())
    if await desk.store.read(lambda tx: tables.is_kept(tx, key)):
        return False
    period = _filter_of(report).usual(due.astimezone(ZoneInfo(desk.timezone)).date())
    maker = desk.acting_as(REPORTING)
    board = await report.of(maker, _filter_of(report)(period=period))
    said = told(report, board, period, desk.features)
    made = Made(
        key=key, report=report.name, period=period, mailing=one.name, needs=said.needs, subject=said.subject,
        text=said.text, page=said.page, channel=one.mail, recipients=one.recipients, at=desk.clock.now(),
    )  # fmt: skip
    await desk.store.write(lambda tx: tables.keep(tx, made))
    return True


def _filter_of(report: Query[..., Any]) -> Any:
    [kind] = report.filters.values()
    return kind


def carrier_of(settings: DeskSettings, secrets: Secrets, leaving: Leaving) -> Carrier:
    """Return what hands a report to its mail server.

    Raises:
        SettingsError: There is no such mail channel.
    """
    channel = settings.alerts.channels.get(leaving.channel)
    if not isinstance(channel, MailChannel):
        message = f'Report {leaving.id} goes over "{leaving.channel}", which is no alert channel of the kind smtp.'
        raise SettingsError(message, hint=f"Add [alerts.channels.{leaving.channel}] to the configuration.")
    return Carrier(channel, leaving.channel, secrets, settings.where, leaving.recipients)


async def send(desk: ReportingDesk, leaving: Leaving) -> bool:
    """Mail a report that was made; return whether it went out now.

    Raises:
        SettingsError: There is no such mail channel.
        OutcomeUnknownError: Nobody knows whether it came.
        TransientError: The mail server did not take it; the next run tries again.
    """
    try:
        carry = carrier_of(desk.settings, desk.secrets, leaving)
        return await send_once(desk.store, desk.clock, leaving.mail, carry)
    except OutcomeUnknownError as error:
        hint = f"Look into the mailbox; servicedesk reports resend {leaving.id} --reason … mails it again."
        raise OutcomeUnknownError(f"Nobody knows whether report {leaving.id} came.", hint=hint) from error
    except OSError as error:
        message = f"The mail server of {leaving.channel} did not take report {leaving.id} ({type(error).__name__})."
        raise TransientError(message, hint="It is sent when the job runs again.") from error
