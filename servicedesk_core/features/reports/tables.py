"""Reports that were made to be sent: how they are kept, and what became of their mails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, false, or_, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.reports.model import KeptReport, ReportState, SentReport
from servicedesk_core.outbox.mail import LEAVING, Fate, Mail
from servicedesk_core.store import Tx, sources, upserting
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, mails, reports

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
        client: The number of the source and the vendor's id of the client whom it is about.
        mailing: The definition by which it was made.
        needs: What it takes to see it.
        subject: Subject of its mail.
        text: What the mail says.
        page: The page that is attached.
        channel: Over whose server it goes.
        recipients: To whom; empty = to those of the channel.
        at: When it was made.
        by: Who asked for it.
        is_released: Whether it goes out at once; else it is a draft.
    """

    key: str
    report: str
    period: str
    client: tuple[int, str] | None
    mailing: str | None
    needs: tuple[str, ...]
    subject: str
    text: str
    page: str
    channel: str
    recipients: tuple[str, ...]
    at: datetime
    by: str
    is_released: bool


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
    source_id, company_ref = made.client or (None, None)
    values = {
        "key": made.key, "report": made.report, "period": made.period, "source_id": source_id,
        "company_ref": company_ref, "mailing": made.mailing, "needs": made.needs, "subject": made.subject,
        "text": made.text, "page": made.page, "channel": made.channel, "recipients": made.recipients,
        "made_at": made.at, "made_by": made.by, "released_at": made.at if made.is_released else None,
        "released_by": made.by if made.is_released else None,
    }  # fmt: skip
    tx.execute(upserting.insert_into(tx, reports).values(**values).on_conflict_do_nothing())
    return int(tx.execute(select(_R.id).where(_R.key == made.key)).scalar_one())


def is_kept(tx: Tx, key: str) -> bool:
    """Whether a report of a key was made."""
    return tx.execute(select(_R.id).where(_R.key == key)).first() is not None


def leaving(tx: Tx, now: datetime) -> Sequence[Leaving]:
    """Return the reports that were released and have not gone out, the oldest first.

    Those in doubt are for people, and whoever may still be sending one is left to it.
    """
    ended = and_(mails.c.fate == Fate.SENDING.value, mails.c.at <= now - LEAVING)
    joined = reports.outerjoin(mails, mails.c.key == _R.key)
    query = (
        select(*reports.c)
        .select_from(joined)
        .where(_R.released_at.is_not(None), or_(mails.c.key.is_(None), ended))
        .order_by(_R.id)
    )
    return [_leaving(row) for row in tx.execute(query).all()]


def _leaving(row: Row[Any]) -> Leaving:
    name = f"{row.report.rpartition('.')[2]}-{row.period}.html"
    about = f"{row.subject} ({row.period})"
    return Leaving(row.id, Mail(row.key, row.subject, row.text, row.page, about, name), row.channel, row.recipients)


def listed(
    tx: Tx, may: Callable[[Capability], bool], scope: Scope | None, *, drafts: bool = False, doubtful: bool = False
) -> Select[Any]:
    """Return the query of the reports that somebody sees, with what became of their mails and the names of clients.

    Args:
        tx: Any transaction.
        may: Says what they may.
        scope: Only those about its clients.
        drafts: Only those that somebody has to release.
        doubtful: Only those of which nobody knows whether they came.
    """
    company = RECORDS["companies"]
    is_theirs = and_(company.c.source_id == _R.source_id, company.c.external_id == _R.company_ref)
    joined = reports.outerjoin(mails, mails.c.key == _R.key).outerjoin(company, is_theirs)
    own = [one for one in _R if one.name not in {"text", "page"}]
    every = tx.execute(select(_R.needs).distinct()).scalars().all()
    query = select(*own, mails.c.fate, name_column("companies").label("client")).select_from(joined)
    query = query.where(_R.needs.in_([needs for needs in every if all(may(Capability(one)) for one in needs)]))
    if drafts:
        query = query.where(_R.released_at.is_(None), _R.discarded_at.is_(None))
    if doubtful:
        query = query.where(mails.c.fate == Fate.IN_DOUBT.value)
    if scope is None:
        return query
    if scope.queues or not scope.companies:
        return query.where(false())  # a client's report tells of all queues
    return query.where(_R.source_id == sources.id_of(tx, scope.connection), _R.company_ref.in_(scope.companies))


def row_of(row: Any) -> SentReport:
    """Return a row of the list."""
    return SentReport(
        id=row.id,
        report=row.report.rpartition(".")[2],
        period=row.period,
        client=row.client,
        state=_state(row),
        made_at=row.made_at,
        mailing=row.mailing,
        recipients=row.recipients,
        subject=row.subject,
        made_by=row.made_by,
        released_at=row.released_at,
        released_by=row.released_by,
        key=row.key,
    )


def _state(row: Any) -> ReportState:
    if row.discarded_at is not None:
        return ReportState.DISCARDED
    if row.released_at is None:
        return ReportState.DRAFT
    return ReportState.WAITING if row.fate is None else _FATES[Fate(row.fate)]


def kept(tx: Tx, number: int, may: Callable[[Capability], bool], scope: Scope | None) -> KeptReport:
    """Return a report as it was made.

    Raises:
        NotFoundLocallyError: There is none of that number that they see.
    """
    row = tx.execute(listed(tx, may, scope).where(_R.id == number)).one_or_none()
    if row is None:
        raise unknown(number)
    text, page = tx.execute(select(_R.text, _R.page).where(_R.id == number)).one()
    return KeptReport(row_of(row), text, page)


def unknown(number: int) -> NotFoundLocallyError:
    """Return what is raised where there is no such report."""
    return NotFoundLocallyError(f"There is no report {number}.", hint="`servicedesk reports sent` lists them.")
