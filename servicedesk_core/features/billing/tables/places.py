"""Whose work and goods are, and which of them somebody is to pay."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, not_, select

from servicedesk_core.store.schema import RECORDS

_ENTRIES, _TICKETS, _TASKS = RECORDS["time_entries"], RECORDS["tickets"], RECORDS["tasks"]
_PROJECTS, _CONTRACTS = RECORDS["projects"], RECORDS["contracts"]


def _named(table: Any, of: Any, ref: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.source_id == of.c.source_id, table.c.external_id == ref)


CONTRACT: Final[ColumnElement[Any]] = func.coalesce(
    _ENTRIES.c.contract_ref, _TICKETS.c.contract_ref, _PROJECTS.c.contract_ref
)
"""The contract on which time was worked."""

COMPANY: Final[ColumnElement[Any]] = func.coalesce(
    _TICKETS.c.company_ref, _PROJECTS.c.company_ref, _CONTRACTS.c.company_ref
)
"""The client for whom it was."""

TIME: Final[FromClause] = (
    _ENTRIES.outerjoin(_TICKETS, _named(_TICKETS, _ENTRIES, _ENTRIES.c.ticket_ref))
    .outerjoin(_TASKS, _named(_TASKS, _ENTRIES, _ENTRIES.c.task_ref))
    .outerjoin(_PROJECTS, _named(_PROJECTS, _ENTRIES, func.coalesce(_TASKS.c.project_ref, _TICKETS.c.project_ref)))
    .outerjoin(
        _CONTRACTS,
        _named(
            _CONTRACTS,
            _ENTRIES,
            func.coalesce(_ENTRIES.c.contract_ref, _TICKETS.c.contract_ref, _PROJECTS.c.contract_ref),
        ),
    )
)
"""Time entries with what they are about."""


def is_to_pay(stream: str) -> ColumnElement[bool]:
    """Return that a record is there and not said to be free."""
    of = RECORDS[stream].c
    return and_(of.gone_at.is_(None), func.coalesce(of.is_billable, True))


class Posted:
    """The records of a stream that a posted line names, to be joined with them.

    Args:
        stream: The records' stream.
        named_by: The field of lines that names them.
    """

    def __init__(self, stream: str, named_by: str) -> None:
        items = RECORDS["billing_items"].c
        self._of, self._named_by = RECORDS[stream].c, named_by
        query = select(items.source_id, items[named_by]).where(items.gone_at.is_(None), items[named_by].is_not(None))
        self._lines = query.distinct().subquery("posted")

    def joined(self, found: FromClause) -> FromClause:
        """Return records with whether a line names them."""
        lines = self._lines.c
        on = and_(lines.source_id == self._of.source_id, lines[self._named_by] == self._of.external_id)
        return found.outerjoin(self._lines, on)

    @property
    def are_not(self) -> ColumnElement[bool]:
        """That none does."""
        return self._lines.c.source_id.is_(None)


def is_a_clients(source_id: ColumnElement[Any], company: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return that something is not of the MSP itself."""
    own = RECORDS["companies"].alias("own_company").c
    return not_(exists().where(own.is_own, own.source_id == source_id, own.external_id == company))
