"""Where a fact belongs: its client, contract and project, and what contracts say of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, case, func, select

from servicedesk_core.domain.contracts import Contract, ContractKind
from servicedesk_core.features.profit.ledger import PROJECT, UNALLOCATED, Cell, Excluded, Ledger, Left
from servicedesk_core.features.profit.months import Month
from servicedesk_core.store import Tx
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.queries.names import meant
from servicedesk_core.store.schema import RECORDS

_COVERS: Final = frozenset({ContractKind.RECURRING, ContractKind.FIXED_PRICE, ContractKind.PER_TICKET})
"""Kinds of contracts on which an hour is not paid by itself."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says.

    Attributes:
        company: Whose it is.
        kind: How it earns.
        days: First and last day on which it is in force.
        excluded: Roles and billing codes whose work it does not cover; ``None`` = not known.
        is_active: Whether it is in force now.
    """

    company: str
    kind: ContractKind | None
    days: tuple[date, date]
    excluded: frozenset[str] | None
    is_active: bool

    def covers(self, role: str, code: str) -> bool:
        """Whether it is known that work in a role, of a type, is not paid by itself."""
        if self.kind is not ContractKind.RECURRING:
            return self.kind in _COVERS
        return self.excluded is not None and not self.excluded & {f"role:{role}", f"code:{code}"}

    def earns_in(self, month: Month, *, has_work: bool) -> bool:
        """Whether it must earn something in a month that is not for single hours or parts."""
        first, last = month.days
        runs = self.kind is ContractKind.RECURRING and self.is_active
        return self.kind in _COVERS and (has_work or (runs and self.days[0] <= last and self.days[1] >= first))


class Places:
    """Contracts and projects of a desk, and the books of the months.

    Args:
        tx: Any transaction.
        books: The ledger of each month.
    """

    def __init__(self, tx: Tx, books: Mapping[Month, Ledger]) -> None:
        self.books = books
        self.contracts = contract_terms(tx)
        projects = RECORDS["projects"].c
        rows = tx.execute(select(projects.source_id, projects.external_id, projects.company_ref, projects.contract_ref))
        self.projects = {(row[0], row[1]): (row[2] or "", row[3] or "") for row in rows}
        words = {word for book in books.values() for word in book.policy.own_companies}
        own = {word: {(one.source_id, one.external_id) for one in meant(tx, "companies", word)} for word in words}
        self._own = {
            month: {key for word in book.policy.own_companies for key in own[word]} for month, book in books.items()
        }

    def cell(
        self, month: Month, source_id: int, *, company: str | None, contract: str | None, project: str | None, kind: str
    ) -> Cell:
        """Return where a fact belongs; its project and its contract say what it does not say itself."""
        of_project = self.projects.get((source_id, project or ""), ("", ""))
        where = contract or of_project[1]
        terms = self.contracts.get((source_id, where))
        client = company or of_project[0] or (terms.company if terms else "")
        return Cell(str(month), source_id, client, where, project or "", kind)

    def left(self, month: Month, cell: Cell) -> Left | None:
        """Return why a cell is not counted; ``None`` = it is."""
        is_own = (cell.source_id, cell.company) in self._own[month]
        return Left(Excluded.OWN_COMPANY) if is_own else None

    def is_left(self, month: Month, cell: Cell, count: int = 1, worked_s: int = 0) -> bool:
        """Whether facts are not counted, after they were noted."""
        left = self.left(month, cell)
        if left is not None:
            self.books[month].leave(left, count, worked_s)
        return left is not None


class About:
    """The ticket, or the task of a project, that a record is about, as columns and joins.

    Args:
        stream: The stream of the record, which has a ``ticket_ref``, or also a ``task_ref`` and a ``project_ref``.
    """

    def __init__(self, stream: str) -> None:
        self._of, self._tickets = RECORDS[stream], RECORDS["tickets"]
        self._tasks = RECORDS["tasks"] if "task_ref" in self._of.c else None
        of, tickets = self._of.c, self._tickets.c
        own_project = of.project_ref if "project_ref" in of else None
        of_task = self._tasks.c.project_ref if self._tasks is not None else None
        known = [one for one in (own_project, of_task, tickets.project_ref) if one is not None]
        self.project: ColumnElement[Any] = func.coalesce(*known) if len(known) > 1 else known[0]
        is_project = [of[name].is_not(None) for name in ("task_ref", "project_ref") if name in of]
        self.kind: ColumnElement[str] = case(
            *((one, PROJECT) for one in is_project),
            (of.ticket_ref.is_(None), UNALLOCATED),
            else_=func.coalesce(tickets.kind, ""),
        )

    @property
    def joined(self) -> FromClause:
        """The stream's table with what its records are about."""
        of, tickets = self._of.c, self._tickets.c
        on = and_(tickets.source_id == of.source_id, tickets.external_id == of.ticket_ref)
        found: FromClause = self._of.outerjoin(self._tickets, on)
        if self._tasks is not None:
            tasks = self._tasks.c
            on = and_(tasks.source_id == of.source_id, tasks.external_id == of.task_ref)
            found = found.outerjoin(self._tasks, on)
        return found


def count_undated(tx: Tx, places: Places, stream: str, is_undated: ColumnElement[bool]) -> None:
    """Count the live records of a stream without a day: they are of no month, so the last one tells them."""
    table = RECORDS[stream]
    query = select(func.count()).select_from(table).where(table.c.gone_at.is_(None), is_undated)
    if count := tx.execute(query).scalar_one():
        places.books[max(places.books)].leave(Left(Excluded.UNDATED), count)


def contract_terms(tx: Tx) -> dict[tuple[int, str], Terms]:
    """Return what each contract says, by source and id; also of those that the vendor has no more."""
    table, codec = RECORDS["contracts"].c, codec_of(Contract)
    query = select(table.source_id, table.gone_at, table.external_id, *(table[name] for name in codec.names))
    found: dict[tuple[int, str], Terms] = {}
    for source_id, gone_at, external_id, *values in tx.execute(query.execution_options(yield_per=500)):
        one: Any = codec.decode(external_id, values)
        excluded = None
        if one.excluded_role_refs is not None and one.excluded_billing_code_refs is not None:
            roles, codes = (f"role:{ref}" for ref in one.excluded_role_refs), one.excluded_billing_code_refs
            excluded = frozenset((*roles, *(f"code:{ref}" for ref in codes)))
        found[source_id, external_id] = Terms(
            company=one.company_ref or "",
            kind=one.kind,
            days=(one.start_on or date.min, one.end_on or date.max),
            excluded=excluded,
            is_active=one.is_active is not False and gone_at is None,
        )
    return found
