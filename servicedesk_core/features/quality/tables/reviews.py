"""Reviews in the store."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, select, update

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Case, Page, Period
from servicedesk_core.features.kpi import StoredFacts
from servicedesk_core.features.quality.kinds import Checklist, SampleRule
from servicedesk_core.features.quality.model import Answered, Checked, Coverage, Review, ReviewDetail, ReviewState
from servicedesk_core.features.quality.rules import NOBODYS, Candidate, Who
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, quality_reviews
from servicedesk_core.store.schema import sources as source_table

_R = quality_reviews.c
_T = RECORDS["tickets"].c
_C = RECORDS["companies"].c
_P = RECORDS["technicians"].c
_STATE: Final = case(
    (_R.passed.is_(None), ReviewState.OPEN.value), (_R.passed, ReviewState.PASSED.value), else_=ReviewState.FAILED.value
)

_WIDTH: Final = len(fields(Review))

SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "id": _R.id,
    "resolved_at": _R.resolved_at,
    "reviewed_at": _R.reviewed_at,
    "rule": _R.rule,
    "reviewer": _R.reviewer,
    "technician": _P.name,
    "client": _C.name,
}
"""What lists can be ordered by."""


def page(
    tx: Tx,
    where: Sequence[ColumnElement[bool]],
    scope: Scope | None,
    *,
    sort: str | None,
    limit: int,
    after: str | None,
) -> Page[Review]:
    """Return a page of reviews; see :func:`servicedesk_core.store.paging.page_of`."""
    query = _query(tx, scope).where(*where)
    return Page(*page_of(tx, query, SORTS, _review, by="id", sort=sort, after=after, limit=limit))


def state_is(state: ReviewState) -> ColumnElement[bool]:
    """Return that a review has come so far."""
    return _R.passed.is_(None) if state is ReviewState.OPEN else _R.passed.is_(state is ReviewState.PASSED)


def work_of(who: Who) -> ColumnElement[bool]:
    """Return that a review is of somebody's work."""
    connection, ref = who
    number = select(source_table.c.id).where(source_table.c.name == connection).scalar_subquery()
    return and_(_R.source_id == number, _R.technician_ref == ref)


def get(tx: Tx, number: int, *where: ColumnElement[bool], scope: Scope | None = None) -> ReviewDetail:
    """Return one review with its checklist.

    Raises:
        NotFoundLocallyError: There is none.
    """
    query = _query(tx, scope).add_columns(_R["items"].label("asked"), _R.inapplicable)
    row = tx.execute(query.where(_R.id == number, *where)).one_or_none()
    if row is None:
        hint = "`servicedesk quality reviews` lists them."
        raise NotFoundLocallyError(f"There is no review {number}.", hint=hint)
    return ReviewDetail(_review(row), tuple(_checked(row)))


def _query(tx: Tx, scope: Scope | None) -> Select[Any]:
    query = (
        select(
            _R.id, func.coalesce(_T.number, _R.ticket_ref), _T.title, source_table.c.name, _R.ticket_ref, _C.name,
            func.coalesce(_P.name, _R.technician_ref), _R.resolved_at, _R.rule, _R.checklist, _R.reviewer,
            _STATE.label("state"), _R.missed, _R.note, _R.reviewed_at, _R.reviewed_by,
        )
        .select_from(quality_reviews)
        .join(source_table, source_table.c.id == _R.source_id)
        .outerjoin(RECORDS["tickets"], and_(_T.source_id == _R.source_id, _T.external_id == _R.ticket_ref))
        .outerjoin(RECORDS["companies"], and_(_C.source_id == _R.source_id, _C.external_id == _T.company_ref))
        .outerjoin(RECORDS["technicians"], and_(_P.source_id == _R.source_id, _P.external_id == _R.technician_ref))
    )  # fmt: skip
    return query if scope is None else query.where(Sight(tx, scope).require("tickets"))


def _review(row: Any) -> Review:
    one = Review(*row[:_WIDTH])
    missed: Mapping[str, str] = row.missed
    told = tuple(f"{item}: {why}" for item, why in missed.items())
    return replace(one, state=ReviewState(one.state), missed=told)


def _checked(row: Any) -> Iterator[Checked]:
    missed: Mapping[str, str] = row.missed
    for number, item in enumerate(row.asked, 1):
        if row.state == ReviewState.OPEN.value:
            answer = Answered.OPEN
        elif item in missed:
            answer = Answered.MISSED
        else:
            answer = Answered.SKIPPED if item in row.inapplicable else Answered.MET
        yield Checked(number, item, answer, missed.get(item) or None)


def candidates(tx: Tx, facts: StoredFacts, rule: str) -> Iterator[Candidate]:
    """Yield the tickets of clients that were resolved in a period, as a rule draws from them."""
    drawn = {
        (connection, ref)
        for connection, ref in tx.execute(
            select(source_table.c.name, _R.ticket_ref)
            .join(source_table, source_table.c.id == _R.source_id)
            .where(_R.rule == rule)
        )
    }
    for one in facts.tickets:
        if one.outside or one.resolved_in(facts.period) is None:
            continue
        workers = frozenset(each.technician for each in facts.entries_of.get(one.key, ()) if each.technician)
        yield Candidate(one.connection, one.id, one.assignee, workers, one.of, one.key in drawn)


def keep(
    tx: Tx,
    facts: StoredFacts,
    rule: SampleRule,
    checklist: Checklist,
    tickets: Iterable[tuple[Candidate, str | None]],
    *,
    at: datetime,
    actor: str,
) -> list[int]:
    """Keep what was drawn, and return the numbers."""
    numbers = {one.name: one.id for one in sources.all(tx)}
    resolved = {one.key: one.resolved_in(facts.period) for one in facts.tickets}
    return [
        tx.execute(
            insert(quality_reviews)
            .values(
                rule=rule.name,
                source_id=numbers[one.connection],
                ticket_ref=one.id,
                technician_ref=one.technician,
                resolved_at=resolved[one.connection, one.id],
                checklist=checklist.name,
                items=checklist.items,
                reviewer=reviewer,
                drawn_at=at,
                drawn_by=actor,
                missed={},
                inapplicable=(),
            )
            .returning(_R.id)
        ).scalar_one()
        for one, reviewer in tickets
    ]


def numbered(tx: Tx, numbers: Sequence[int]) -> tuple[Review, ...]:
    """Return reviews by their numbers."""
    return tuple(map(_review, tx.execute(_query(tx, None).where(_R.id.in_(numbers)).order_by(_R.id))))


def is_work_of(tx: Tx, review: Review, who: Who | None) -> bool:
    """Whether somebody worked on the ticket of a review."""
    if who is None or who[0] != review.connection:
        return False
    if tx.execute(select(_R.id).where(_R.id == review.id, _R.technician_ref == who[1])).first() is not None:
        return True
    e = RECORDS["time_entries"].c
    source_id = sources.id_of(tx, review.connection)
    entry = select(e.local_id).where(
        e.source_id == source_id, e.ticket_ref == review.ticket_ref, e.technician_ref == who[1], e.gone_at.is_(None)
    )
    return tx.execute(entry.limit(1)).first() is not None


def settle(
    tx: Tx,
    number: int,
    *,
    missed: Mapping[str, str],
    inapplicable: Sequence[str],
    note: str | None,
    at: datetime,
    actor: str,
) -> None:
    """Keep what somebody said of a ticket."""
    tx.execute(
        update(quality_reviews)
        .where(_R.id == number)
        .values(
            passed=not missed, missed=missed, inapplicable=inapplicable, note=note, reviewed_at=at, reviewed_by=actor
        )
    )


def coverage(tx: Tx, period: Period, scope: Scope | None, *, of: Who | None) -> tuple[Coverage, ...]:
    """Return how much of each technician's work was looked at.

    Args:
        tx: A transaction.
        period: When the tickets were resolved.
        scope: Only what it lets through.
        of: Only this technician; ``None`` = all.
    """
    facts = StoredFacts(tx, period, scope)
    query = select(source_table.c.name, _R.ticket_ref, _R.passed).join(source_table, source_table.c.id == _R.source_id)
    drawn: dict[tuple[str, str], list[bool | None]] = {}
    for connection, ref, passed in tx.execute(query):
        drawn.setdefault((connection, ref), []).append(passed)
    names = {(one.connection, one.id): one.name for one in facts.technicians}
    counts: dict[Who, Counter[str]] = {}
    for one in facts.tickets:
        who = (one.connection, one.assignee or "")
        if one.outside or one.assignee is None or one.resolved_in(period) is None or of not in {None, who}:
            continue
        found = drawn.get(one.key, ())
        said = [passed for passed in found if passed is not None]
        counts.setdefault(who, Counter()).update(
            resolved=1, drawn=bool(found), reviewed=bool(said), passed=bool(said) and all(said), failed=not all(said)
        )
    return tuple(_coverage(who, names.get(who) or who[1], of_them) for who, of_them in counts.items())


def done(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Case]:
    """Yield the reviews of a period, and which of them the work passed."""
    query = _query(tx, scope).where(_R.reviewed_at >= period.start, _R.reviewed_at < period.end).order_by(_R.id)
    for one in map(_review, tx.execute(query)):
        of = {"client": one.client, "technician": one.technician, "rule": one.rule, "ticket": one.ticket}
        yield Case(str(one.id), one.state is ReviewState.PASSED, 1, of=of, connection=one.connection)


def looked_at(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Case]:
    """Yield the tickets that were resolved in a period, and which of them somebody reviewed."""
    query = select(source_table.c.name, _R.ticket_ref).join(source_table, source_table.c.id == _R.source_id)
    seen = {(connection, ref) for connection, ref in tx.execute(query.where(_R.passed.is_not(None)))}
    for one in StoredFacts(tx, period, scope).tickets:
        if one.resolved_in(period) is not None:
            yield one.case(one.key in seen, 1, "" if one.assignee else NOBODYS)


def _coverage(who: Who, name: str, of: Mapping[str, int]) -> Coverage:
    share = round(100 * of["reviewed"] / of["resolved"], 2)
    return Coverage(name, *who, of["resolved"], of["drawn"], of["reviewed"], share, of["passed"], of["failed"])
