"""Reports that were made to be sent: how they are kept, and what became of their mails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, or_, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.reports.model import KeptReport, ReportState, SentReport
from servicedesk_core.outbox.mail import LEAVING, Fate, Mail
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.schema import mails, reports

_R: Final = reports.c

SORTS: Final = {"id": _R.id, "report": _R.report, "period": _R.period, "made_at": _R.made_at}
"""What the database can order the list by."""

_FATES: Final = {
    Fate.SENT: ReportState.SENT,
    Fate.IN_DOUBT: ReportState.IN_DOUBT,
    Fate.SENDING: ReportState.SENDING,
}


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was made to be sent.

    Attributes:
        key: What it is: of the same report always the same.
        report: Name of the query whose answer it is.
        period: What time it is about, as people name it.
        mailing: The definition by which it was made.
        needs: What it takes to see it.
        subject: Subject of its mail.
        text: What the mail says.
        page: The page that is attached.
        channel: Over whose server it goes.
        recipients: To whom; empty = to those of the channel.
        at: When it was made.
    """

    key: str
    report: str
    period: str
    mailing: str
    needs: tuple[str, ...]
    subject: str
    text: str
    page: str
    channel: str
    recipients: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    """A report whose mail is to go out.

    Attributes:
        id: Its number.
        mail: The mail.
        channel: Over whose server it goes.
        recipients: To whom; empty = to those of the channel.
    """

    id: int
    mail: Mail
    channel: str
    recipients: tuple[str, ...]


def keep(tx: Tx, made: Made) -> int:
    """Keep a report as it was made, and return its number; of one key the first stays as it is."""
    values = {
        "key": made.key, "report": made.report, "period": made.period, "mailing": made.mailing, "needs": made.needs,
        "subject": made.subject, "text": made.text, "page": made.page, "channel": made.channel,
        "recipients": made.recipients, "made_at": made.at,
    }  # fmt: skip
    tx.execute(upserting.insert_into(tx, reports).values(**values).on_conflict_do_nothing())
    return int(tx.execute(select(_R.id).where(_R.key == made.key)).scalar_one())


def is_kept(tx: Tx, key: str) -> bool:
    """Whether a report of a key was made."""
    return tx.execute(select(_R.id).where(_R.key == key)).first() is not None


def leaving(tx: Tx, now: datetime) -> Sequence[Leaving]:
    """Return the reports that have not gone out, the oldest first.

    Those in doubt are for people, and whoever may still be sending one is left to it.
    """
    ended = and_(mails.c.fate == Fate.SENDING.value, mails.c.at <= now - LEAVING)
    joined = reports.outerjoin(mails, mails.c.key == _R.key)
    query = select(*reports.c).select_from(joined).where(or_(mails.c.key.is_(None), ended)).order_by(_R.id)
    return [_leaving(row) for row in tx.execute(query).all()]


def _leaving(row: Row[Any]) -> Leaving:
    name = f"{row.report.rpartition('.')[2]}-{row.period}.html"
    about = f"{row.subject} ({row.period})"
    return Leaving(row.id, Mail(row.key, row.subject, row.text, row.page, about, name), row.channel, row.recipients)


def listed(tx: Tx, may: Callable[[Capability], bool], *, doubtful: bool = False) -> Select[Any]:
    """Return the query of the reports that somebody sees, with what became of their mails.

    Args:
        tx: Any transaction.
        may: Says what they may.
        doubtful: Only those of which nobody knows whether they came.
    """
    own = [one for one in _R if one.name not in {"text", "page"}]
    every = tx.execute(select(_R.needs).distinct()).scalars().all()
    query = select(*own, mails.c.fate).select_from(reports.outerjoin(mails, mails.c.key == _R.key))
    query = query.where(_R.needs.in_([needs for needs in every if all(may(Capability(one)) for one in needs)]))
    return query.where(mails.c.fate == Fate.IN_DOUBT.value) if doubtful else query


def row_of(row: Any) -> SentReport:
    """Return a row of the list."""
    return SentReport(
        id=row.id,
        report=row.report.rpartition(".")[2],
        period=row.period,
        state=_state(row),
        made_at=row.made_at,
        mailing=row.mailing,
        recipients=row.recipients,
        subject=row.subject,
        key=row.key,
    )


def _state(row: Any) -> ReportState:
    return ReportState.WAITING if row.fate is None else _FATES[Fate(row.fate)]


def kept(tx: Tx, number: int, may: Callable[[Capability], bool]) -> KeptReport:
    """Return a report as it was made.

    Raises:
        NotFoundLocallyError: There is none of that number that they see.
    """
    row = tx.execute(listed(tx, may).where(_R.id == number)).one_or_none()
    if row is None:
        raise unknown(number)
    text, page = tx.execute(select(_R.text, _R.page).where(_R.id == number)).one()
    return KeptReport(row_of(row), text, page)


def mail_of(tx: Tx, number: int, may: Callable[[Capability], bool]) -> Leaving:
    """Return a report as its mail.

    Raises:
        NotFoundLocallyError: There is none of that number that they see.
    """
    kept(tx, number, may)
    return _leaving(tx.execute(select(reports).where(_R.id == number)).one())


def unknown(number: int) -> NotFoundLocallyError:
    """Return what is raised where there is no such report."""
    return NotFoundLocallyError(f"There is no report {number}.", hint="`servicedesk reports sent` lists them.")
