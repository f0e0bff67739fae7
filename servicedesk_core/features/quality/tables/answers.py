"""Answers of surveys in the store: those that the PSA asked for, and those that came in files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal, select

from servicedesk_core.faces import Period
from servicedesk_core.features.definitions import in_force, versions_of
from servicedesk_core.features.quality.answers import FEWEST, Answer, by_name, counted, doubt, of_five, scale_at
from servicedesk_core.features.quality.kinds import SURVEYS, Asks, Survey
from servicedesk_core.store import Tx
from servicedesk_core.store.erased_people import ERASED
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, quality_answers
from servicedesk_core.store.schema import sources as source_table
from servicedesk_core.store.upserting import insert_into

_A = quality_answers.c
_S = RECORDS["surveys"].c
_T = RECORDS["tickets"].c
_C = RECORDS["companies"].c
_P = RECORDS["technicians"].c

FEW_THAT_MONTH: Final = f"months with less than {FEWEST} answers"
GOES_ON: Final = "months that are not over"


def surveys(tx: Tx, at: datetime) -> tuple[Survey, ...]:
    """Return the surveys of which somebody said the scale, with all that it was before, oldest first."""
    names = {one.name for one in in_force(tx, SURVEYS, at)}
    begun = (one for one in versions_of(tx, SURVEYS) if one.effective_from is None or one.effective_from <= at)
    return tuple(one for one in begun if one.name in names)


def given(tx: Tx, asks: Asks, period: Period) -> list[datetime]:
    """Return when the answers of clients were given that count of a period, in order."""
    known = surveys(tx, period.now)
    return sorted(one.at for one in counted(of_clients(tx, period, None), known, asks, period.now))


def of_clients(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Answer]:
    """Yield what clients answered in a period."""
    sight = None if scope is None else Sight(tx, scope)
    asked = () if sight is None else (sight.require("surveys"),)
    start, end = to_us(period.start), to_us(period.end)
    query = _about(
        select(
            source_table.c.name,
            _S.external_id,
            _S.survey_name,
            _S.completed_at,
            _S.rating,
            _S.contact_ref,
            _S.ticket_ref,
        )
        .select_from(RECORDS["surveys"])
        .join(source_table, source_table.c.id == _S.source_id),
        _S.source_id,
        _S.ticket_ref,
        _S.company_ref,
    ).where(_S.gone_at.is_(None), _S.completed_at >= start, _S.completed_at < end, *asked)
    for connection, ref, survey, at, rating, contact, ticket, *known, who in tx.execute(query):
        score = None if rating is None else Decimal(str(rating))
        of = _of(survey, ticket, *known)
        yield Answer(
            ref, survey or "", from_us(at), score, connection, contact or "", ticket or "", of=of, person=who or ""
        )
    filed = () if sight is None else (sight.require("tickets"),)
    own = _about(
        select(literal(""), _A.id, _A.survey, _A.answered_at, _A.score, _A.contact, _A.ticket, _A.question).select_from(
            quality_answers
        ),
        _A.source_id,
        _A.ticket_ref,
    ).where(_A.of_staff.is_(False), _A.answered_at >= period.start, _A.answered_at < period.end, *filed)
    for connection, number, survey, when, points, contact, ticket, question, *known, _ in tx.execute(own):
        of = _of(survey, ticket, *known) | {"question": question}
        whose = "" if contact is None or ERASED in contact else contact  # those who are erased are not one
        said = (connection, whose, ticket or "", question or "")
        yield Answer(f"file:{number}", survey, when, points, *said, of)


def _of(
    survey: str | None, ticket: str | None, number: str | None, client: str | None, technician: str | None
) -> dict[str, str | None]:
    return {"client": client, "technician": technician, "survey": survey, "ticket": number or ticket}


def _about(
    query: Select[Any],
    source: ColumnElement[Any],
    ticket: ColumnElement[Any],
    company: ColumnElement[Any] | None = None,
) -> Select[Any]:
    """Return a query with the number of the ticket, the client and the technician of each row, and the latter's id."""
    client = _T.company_ref if company is None else func.coalesce(_T.company_ref, company)
    return (
        query.add_columns(_T.number, _C.name, _P.name, _T.assignee_ref)
        .outerjoin(RECORDS["tickets"], and_(_T.source_id == source, _T.external_id == ticket))
        .outerjoin(RECORDS["companies"], and_(_C.source_id == source, _C.external_id == client))
        .outerjoin(RECORDS["technicians"], and_(_P.source_id == source, _P.external_id == _T.assignee_ref))
    )


def of_staff(tx: Tx, period: Period, now: datetime) -> tuple[list[float], Mapping[str, int]]:
    """Return what our people answered from 1 to 5, and how many months of it are not told, by reason.

    Each month for itself is told only where there are enough answers: of two periods nobody can tell the difference.
    One that goes on is not told: what is told before and after one more answer would say what that was.
    """
    scales = by_name(surveys(tx, now))
    query = select(_A.survey, _A.answered_at, _A.score).where(
        _A.of_staff, _A.answered_at >= period.start, _A.answered_at < period.end, _A.score.is_not(None)
    )
    months: dict[tuple[str, datetime], list[float]] = {}
    for survey, at, score in tx.execute(query):
        scale = scale_at(scales.get(survey.casefold(), ()), at)
        if scale is not None and scale.asks is Asks.STAFF and not doubt(score, at, scale, now):
            months.setdefault((survey, at), []).append(of_five(score, scale))
    told: list[float] = []
    untold: Counter[str] = Counter()
    for (_, first), each in months.items():
        if _ends(first, period.zone) > now:
            untold[GOES_ON] += 1
        elif len(each) < FEWEST:
            untold[FEW_THAT_MONTH] += 1
        else:
            told += each
    return told, untold


def _ends(month: datetime, zone: tzinfo) -> datetime:
    """Return the first instant after a month, whose first one is given."""
    return (month.astimezone(zone) + timedelta(days=32)).replace(day=1)


def sent(tx: Tx, period: Period, scope: Scope | None) -> Iterator[tuple[str, str, bool, Mapping[str, str | None]]]:
    """Yield the surveys that the PSA sent in a period: connection, id, whether it was answered, what it belongs to."""
    seen = () if scope is None else (Sight(tx, scope).require("surveys"),)
    query = _about(
        select(source_table.c.name, _S.external_id, _S.completed_at, _S.survey_name, _S.ticket_ref)
        .select_from(RECORDS["surveys"])
        .join(source_table, source_table.c.id == _S.source_id),
        _S.source_id,
        _S.ticket_ref,
        _S.company_ref,
    ).where(_S.gone_at.is_(None), _S.sent_at >= to_us(period.start), _S.sent_at < to_us(period.end), *seen)
    for connection, ref, at, survey, ticket, *known, _ in tx.execute(query):
        yield connection, ref, at is not None, _of(survey, ticket, *known)


def tickets(tx: Tx, named: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the tickets that are meant by number or by the vendor's id, where that is one: source and id."""
    words = sorted({one for one in named if one})
    found: dict[str, set[tuple[int, str]]] = {}
    for column in (_T.number, _T.external_id):
        for start in range(0, len(words), 500):
            some = words[start : start + 500]
            query = select(column, _T.source_id, _T.external_id).where(column.in_(some))
            for word, source_id, ref in tx.execute(query):
                found.setdefault(word, set()).add((source_id, ref))
    return {word: next(iter(meant)) for word, meant in found.items() if len(meant) == 1}


def known(tx: Tx, survey: str, keys: Sequence[str]) -> set[str]:
    """Return which keys of a survey are there."""
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        query = select(_A.key).where(_A.survey == survey, _A.key.in_(keys[start : start + 500]))
        found.update(tx.execute(query).scalars())
    return found


def months_of_staff(tx: Tx, survey: str, months: Iterable[datetime]) -> dict[datetime, int]:
    """Return how many answers of our people are there, by month."""
    query = (
        select(_A.answered_at, func.count())
        .where(_A.of_staff, _A.survey == survey, _A.answered_at.in_(list(months)))
        .group_by(_A.answered_at)
    )
    return dict(tuple(row) for row in tx.execute(query))


def forget_months(tx: Tx, survey: str, months: Iterable[datetime]) -> None:
    """Take the answers of our people in some months away, because others take their place."""
    tx.execute(delete(quality_answers).where(_A.of_staff, _A.survey == survey, _A.answered_at.in_(list(months))))


def put(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep answers; those whose key is there stay as they are."""
    if rows:
        statement = insert_into(tx, quality_answers).on_conflict_do_nothing(index_elements=["survey", "key"])
        tx.execute(statement, [dict(row) for row in rows])
