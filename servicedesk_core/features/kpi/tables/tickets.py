"""Tickets, with when each was resolved and opened again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, func, or_, select

from servicedesk_core.domain import DONE, StatusCategory, TicketKind
from servicedesk_core.features.kpi.cases.facts import TicketFact
from servicedesk_core.features.kpi.cases.repeats import WINDOW
from servicedesk_core.features.kpi.tables.dimensions import About, Dimensions
from servicedesk_core.features.kpi.tables.lookup import Local, Lookup
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.queries.population import is_merged
from servicedesk_core.store.schema import RECORDS

_SOLVED: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})
_KINDS: Final[Mapping[str | None, TicketKind]] = {one.value: one for one in TicketKind}
_CATEGORIES: Final[Mapping[str | None, StatusCategory]] = {one.value: one for one in StatusCategory}


class Tickets:
    """Tickets around a period.

    Args:
        lookup: What all facts share.
        dimensions: What records belong to.
    """

    def __init__(self, lookup: Lookup, dimensions: Dimensions) -> None:
        self._lookup, self._dimensions = lookup, dimensions

    def read(self, *beside: ColumnElement[bool]) -> tuple[TicketFact, ...]:
        """Return those created, open or resolved in the period or 30 days around it.

        Args:
            beside: Others for which one of these holds.
        """
        t, start, end = RECORDS["tickets"].c, to_us(self._lookup.period.start), to_us(self._lookup.period.end)
        around = WINDOW // timedelta(microseconds=1)
        done_at = func.coalesce(t.resolved_at, t.closed_at)
        near = and_(
            t.created_at < end + around, or_(t.is_open, done_at >= start - around, t.created_at >= start - around)
        )
        columns = (
            t.source_id, t.external_id, t.number, t.title, t.kind, t.status_category, t.priority, t.source, t.issue,
            t.sub_issue, t.company_ref, t.contact_ref, t.asset_ref, t.contract_ref, t.parent_ref, t.problem_ref,
            t.assignee_ref, t.queue_ref, t.created_at, t.reported_resolved_at, done_at, t.is_open, t.gone_at,
            is_merged(), t.first_response_at, t.site_ref, t.due_at,
        )  # fmt: skip
        rows = self._lookup.tx.execute(select(*columns).where(or_(near, *beside), *self._lookup.seen("tickets"))).all()
        changes = self._changes(
            (source, ref) for source, ref, *_, is_open, _, _, _, _, _ in rows if is_open
        ) | self._changes((row[0], row[1]) for row in rows if row[20] is not None and row[20] >= start - around)
        return tuple(self._ticket(row, changes.get((row[0], row[1]), ())) for row in rows)

    def _ticket(self, row: Sequence[Any], changes: Sequence[tuple[int, bool, bool]]) -> TicketFact:
        (
            source, ref, number, title, kind, category, priority, origin, issue, sub_issue, company, contact, asset,
            contract, parent, problem, assignee, queue, created, reported, done, is_open, gone, merged, responded,
            site, due,
        ) = row  # fmt: skip
        resolutions, reopenings = _turns(changes, done)
        about = About(company, site, queue, kind, priority, origin, issue, sub_issue, contract)
        return TicketFact(
            connection=self._lookup.connections[source],
            id=ref,
            label=number or ref,
            title=title or "",
            kind=_KINDS.get(kind),
            category=_CATEGORIES.get(category),
            issue=issue,
            sub_issue=sub_issue,
            company=company,
            contact=contact,
            site=site,
            asset=asset,
            contract=contract,
            parent=parent,
            problem=problem,
            assignee=assignee,
            created_at=optional_instant(created),
            due_at=optional_instant(due),
            reported_resolved_at=optional_instant(reported),
            first_response_at=optional_instant(responded),
            resolutions=tuple(map(from_us, resolutions)),
            reopenings=tuple(map(from_us, reopenings)),
            is_open=is_open,
            is_gone=gone is not None,
            is_merged=merged,
            is_own=(source, company) in self._lookup.own,
            of=self._dimensions.of_ticket(source, ref, assignee, about),
        )

    def _changes(self, refs: Iterable[Local]) -> dict[Local, list[tuple[int, bool, bool]]]:
        """Return when tickets became done or open again: instant, whether done, whether resolved."""
        by_source: dict[int, set[str]] = defaultdict(set)
        for source, ref in refs:
            by_source[source].add(ref)
        found: dict[Local, list[tuple[int, bool, bool]]] = {}
        meant: dict[str, tuple[bool, bool] | None] = {}  # far fewer than events
        query = (
            "SELECT ticket_ref, effective_at, after FROM ticket_events WHERE source_id = {source} "
            "AND ticket_ref IN {values} AND gone_at IS NULL ORDER BY ticket_ref, effective_at, source_seq, local_id"
        )
        for source, several in by_source.items():
            by_ref: dict[str, list[tuple[int, bool, bool]]] = defaultdict(list)
            for ref, at, after in bulk.select_in(self._lookup.tx, query, source, several):
                if after not in meant:
                    meant[after] = _meaning(after)
                if (ends := meant[after]) is not None:
                    by_ref[ref].append((at, *ends))
            found |= {(source, ref): changes for ref, changes in by_ref.items()}
        return found


def _meaning(after: str) -> tuple[bool, bool] | None:
    """Return whether a ticket is done and whether it is resolved after a change; ``None`` = it is about neither."""
    category = orjson.loads(after).get("status_category") if "status_category" in after else None
    return None if category is None else (category in DONE, category in _SOLVED)


def _turns(changes: Sequence[tuple[int, bool, bool]], stamp: int | None) -> tuple[list[int], list[int]]:
    """Return when a ticket was resolved, and when it was opened again; the vendor's stamp is that of the last time."""
    resolutions: list[int] = []
    reopenings: list[int] = []
    was_done = False
    for at, is_done, is_solved in changes:
        if is_solved and not was_done:
            resolutions.append(at)
        elif was_done and not is_done:
            reopenings.append(at)
        was_done = is_done
    if stamp is not None and (not resolutions or was_done):
        resolutions[-1:] = [stamp]
    return resolutions, reopenings


def numbered(tx: Tx, records: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return which records are tickets.

    Args:
        tx: Any transaction.
        records: Connection of each, and what people call it.
    """
    ids, found = {one.name: one.id for one in sources.all(tx)}, set[tuple[str, str]]()
    query = "SELECT number FROM tickets WHERE source_id = {source} AND number IN {values} AND gone_at IS NULL"
    for connection in {where for where, _ in records} & ids.keys():
        words = {record for where, record in records if where == connection}
        found |= {(connection, number) for (number,) in bulk.select_in(tx, query, ids[connection], words)}
    return frozenset(found)
