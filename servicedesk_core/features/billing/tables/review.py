"""Time that waits for approval, and tickets that were closed without any, as they are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select

from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.features.billing.kinds import BILLING, BillingPolicy
from servicedesk_core.features.billing.model import Doubt, ReviewRow
from servicedesk_core.features.billing.rules import Worked, doubts
from servicedesk_core.features.billing.tables.books import is_billed
from servicedesk_core.features.billing.tables.hours import ClientHours, Key, after_hours_codes, why_not_judged
from servicedesk_core.features.billing.tables.places import COMPANY, TIME, Posted, is_a_clients, is_to_pay
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.profit import contract_terms
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

_E, _T = RECORDS["time_entries"].c, RECORDS["tickets"].c

_DONE: Final = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Something to look at, with whose it is."""

    row: ReviewRow
    client: Key
    technician: Key


@dataclass(frozen=True, slots=True)
class Findings:
    """What was looked at.

    Attributes:
        rows: What somebody should look at.
        entries: How many time entries were looked at.
        tickets: How many closed tickets.
        not_judged: What was not judged, and why; ``None`` = everything was.
    """

    rows: Sequence[Reviewed]
    entries: int
    tickets: int
    not_judged: str | None


def reviewed(tx: Tx, since: datetime, now: datetime, zone: tzinfo, scope: Scope | None) -> Findings:
    """Return what to look at of billable time that is not posted, and of tickets that were closed.

    Args:
        tx: Any transaction.
        since: Only work and tickets closed since then.
        now: The present instant.
        zone: The desk's zone.
        scope: Only what it lets through.

    Raises:
        DefinitionsError: A definition does not fit this program.
    """
    sight = None if scope is None else Sight(tx, scope)
    entries = tx.execute(_entries(since, zone, sight)).all()
    closed = tx.execute(_closed(since, sight)).all()
    looked = _Look(tx, now, zone)
    for row in (*entries, *closed):
        looked.names.want(row.source_id, "companies", row.company)
        looked.names.want(row.source_id, "technicians", row.technician)
    rows = [one for row in entries if (one := looked.at_entry(row)) is not None]
    rows += [looked.at_ticket(row) for row in closed if not row.worked_s]
    return Findings(rows, len(entries), len(closed), looked.not_judged)


def _entries(since: datetime, zone: tzinfo, sight: Sight | None) -> Select[Any]:
    codes = RECORDS["billing_codes"]
    of = codes.c
    posted = Posted("time_entries", "time_entry_ref")
    found = posted.joined(TIME).outerjoin(
        codes, (of.source_id == _E.source_id) & (of.external_id == _E.billing_code_ref)
    )
    first, at = since.astimezone(zone).date().isoformat(), to_us(since)
    query = (
        select(
            _E.source_id, _E.external_id, _E.work_date, _E.start_at, _E.end_at, _E.worked_s, _E.billed_s,
            func.trim(func.coalesce(_E.summary, "")).label("summary"),
            _E.contract_ref, _T.contract_ref.label("ticket_contract"), _E.billing_code_ref.label("code"),
            of.is_active.label("is_code_active"), COMPANY.label("company"), _T.number,
            _E.technician_ref.label("technician"),
        )
        .select_from(found)
        .where(is_to_pay("time_entries"), posted.are_not)
        .where(not_(is_billed("time_entries", _E.source_id, _E.external_id, in_part=True)))
        .where(or_(_E.ticket_ref.is_not(None), _E.task_ref.is_not(None)), is_a_clients(_E.source_id, COMPANY))
        .where(or_(_E.work_date >= first, and_(_E.work_date.is_(None), func.coalesce(_E.start_at, at) >= at)))
    )  # fmt: skip
    return query if sight is None else query.where(sight.require("time_entries"))


def _closed(since: datetime, sight: Sight | None) -> Select[Any]:
    done_at = func.coalesce(_T.closed_at, _T.resolved_at)
    worked: ColumnElement[Any] = (
        select(func.sum(_E.worked_s))
        .where(_E.source_id == _T.source_id, _E.ticket_ref == _T.external_id, _E.gone_at.is_(None))
        .scalar_subquery()
    )
    query = select(
        _T.source_id, _T.number, _T.external_id, _T.company_ref.label("company"),
        _T.assignee_ref.label("technician"), done_at.label("done_at"), worked.label("worked_s"),
    ).where(
        _T.gone_at.is_(None), done_at >= to_us(since), _T.status_category.in_([str(one) for one in _DONE]),
        is_a_clients(_T.source_id, _T.company_ref),
    )  # fmt: skip
    return query if sight is None else query.where(sight.require("tickets"))


class _Look:
    """What time and tickets are held against, read once."""

    def __init__(self, tx: Tx, now: datetime, zone: tzinfo) -> None:
        self._now, self._zone, self._today = now, zone, now.astimezone(zone).date()
        self._policy = next(iter(in_force(tx, BILLING, now)), BillingPolicy())
        self._terms = contract_terms(tx)
        self._hours = ClientHours(tx, now)
        self._connections = {one.id: one.name for one in sources.all(tx)}
        self._after_hours = after_hours_codes(tx, self._policy)
        self.names = Names(tx)
        companies = RECORDS["companies"].c
        above = select(companies.source_id, companies.external_id, companies.parent_ref)
        self._parent = {(row[0], row[1]): row[2] for row in tx.execute(above.where(companies.parent_ref.is_not(None)))}

    @property
    def not_judged(self) -> str | None:
        """What nothing says how to judge."""
        return why_not_judged(self._policy, self._after_hours, self._hours)

    def at_entry(self, row: Row[Any]) -> Reviewed | None:
        """Return a time entry with what is wrong with it; ``None`` = nothing is."""
        start = None if row.start_at is None else from_us(row.start_at)
        end = None if row.end_at is None else from_us(row.end_at)
        day = date.fromisoformat(row.work_date) if row.work_date else start and start.astimezone(self._zone).date()
        one = Worked(
            worked_s=row.worked_s,
            billed_s=row.billed_s,
            has_summary=bool(row.summary),
            work_on=day,
            company=row.company or "",
            parents=self._parents(row.source_id, row.company or ""),
            contract=row.contract_ref or "",
            terms=self._terms.get((row.source_id, row.contract_ref or "")),
            ticket_terms=self._terms.get((row.source_id, row.ticket_contract or "")),
            has_code=bool(row.code),
            is_code_active=row.is_code_active,
            is_code_after_hours=(row.source_id, row.code) in self._after_hours,
            outside=self._hours.outside((row.source_id, row.company or ""), start, end) if self._after_hours else None,
        )
        found = tuple(doubts(one, self._policy, self._today))
        if not found:
            return None
        return self._row(row, ref=row.external_id, day=day, found=found, times=(row.worked_s, row.billed_s))

    def at_ticket(self, row: Row[Any]) -> Reviewed:
        """Return a ticket that was closed without time."""
        day = from_us(row.done_at).astimezone(self._zone).date()
        return self._row(row, ref=None, day=day, found=((Doubt.NO_TIME, "enter the time that it took"),))

    def _parents(self, source_id: int, company: str) -> frozenset[str]:
        found: set[str] = set()
        while (company := self._parent.get((source_id, company), "")) and company not in found:
            found.add(company)
        return frozenset(found)

    def _row(
        self,
        row: Row[Any],
        *,
        ref: str | None,
        day: date | None,
        found: tuple[tuple[Doubt, str], ...],
        times: tuple[int | None, int | None] = (None, None),
    ) -> Reviewed:
        company, technician = row.company or "", row.technician or ""
        shown = ReviewRow(
            connection=self._connections[row.source_id],
            ref=ref,
            day=day,
            ticket_number=row.number,
            client=self.names.of(row.source_id, "companies", row.company) or row.company,
            technician=self.names.of(row.source_id, "technicians", row.technician) or row.technician,
            worked_s=times[0],
            billed_s=times[1],
            doubts=tuple(doubt for doubt, _ in found),
            right="; ".join(right for _, right in found),
        )
        return Reviewed(shown, (row.source_id, company), (row.source_id, technician))
