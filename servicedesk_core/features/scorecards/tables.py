"""Cards and what was written beside them, as the store keeps them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, func, insert, select, update

from servicedesk_core.features.scorecards.model import CardWeek, Issued, Kind, Word, WordKind
from servicedesk_core.store import Tx, erased_people, sources
from servicedesk_core.store.erased_people import TECHNICIAN
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, scorecard_words, scorecards

_BODY: Final = TypeAdapter(Issued)
_C = scorecards.c
_W = scorecard_words.c


class Whose(NamedTuple):
    """Whose card it is; as the store has it."""

    kind: Kind
    source_id: int = 0
    technician: str = ""


class Technician(NamedTuple):
    """Somebody who may get a card."""

    whose: Whose
    connection: str
    name: str
    teams: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


class State(NamedTuple):
    """What the newest cards of a week are."""

    is_final: bool
    issued_at: datetime


TEAM: Final = Whose(Kind.TEAM)
COORDINATOR: Final = Whose(Kind.COORDINATOR)


def weeks(tx: Tx) -> Sequence[CardWeek]:
    """Return the weeks that there are cards of."""
    newest = (
        select(_C.week, _C.kind, _C.source_id, _C.technician, func.max(_C.version).label("version"))
        .group_by(_C.week, _C.kind, _C.source_id, _C.technician)
        .subquery()
    )
    same = [newest.c[name] == _C[name] for name in ("week", "kind", "source_id", "technician", "version")]
    query = (
        select(
            _C.week,
            func.count(),
            func.max(_C.version),
            func.count().filter(_C.is_final.is_(False)) == 0,
            func.max(_C.issued_at),
            func.max(_C.published_at),
        )
        .join(newest, and_(*same))
        .group_by(_C.week)
    )
    return [
        CardWeek(week, cards, version, bool(is_final), issued_at, published_at)
        for week, cards, version, is_final, issued_at, published_at in tx.execute(query)
    ]


def technicians(tx: Tx) -> Sequence[Technician]:
    """Return our people who still work here, by name, without those who were erased."""
    t, names = RECORDS["technicians"].c, {one.id: one.name for one in sources.all(tx)}
    erased = {source: erased_people.load(tx, source) for source in names}
    columns = t.source_id, t.external_id, t.name, t.team, t.departments, t.location, t.country
    query = select(*columns).where(t.gone_at.is_(None), t.is_system.is_not(True), t.is_active.is_not(False))
    found = (
        Technician(
            Whose(Kind.TECHNICIAN, source, ref),
            names[source],
            name or ref,
            teams=frozenset(filter(None, (team, *orjson.loads(departments)))),
            regions=frozenset(filter(None, places)),
        )
        for source, ref, name, team, departments, *places in tx.execute(query)
        if not erased[source].has(TECHNICIAN, ref)
    )
    return sorted(found, key=lambda one: (one.name.casefold(), one.connection, one.whose.technician))


def namesakes(tx: Tx) -> Counter[tuple[int, str]]:
    """Return how many of our people are called how, those who left too, by source and name."""
    t = RECORDS["technicians"].c
    query = select(t.source_id, t.external_id, t.name)
    return Counter((source, name or ref) for source, ref, name in tx.execute(query))


def cards(
    tx: Tx, weeks: Collection[str], *, published: bool = False, final: bool = False, version: int | None = None
) -> Mapping[str, Mapping[Whose, Issued]]:
    """Return the newest cards of some weeks, by week and by whose they are.

    Args:
        tx: A transaction.
        weeks: The weeks.
        published: Only those that were published.
        final: Only final ones.
        version: Only this version.
    """
    where: list[ColumnElement[bool]] = [_C.week.in_(list(weeks))]
    where += [_C.published_at.is_not(None)] if published else []
    where += [_C.is_final] if final else []
    where += [_C.version == version] if version is not None else []
    columns = (_C.week, _C.kind, _C.source_id, _C.technician, _C.version, _C.published_at, _C.body)
    found: dict[str, dict[Whose, Issued]] = {}
    for week, kind, source, ref, number, at, body in tx.execute(
        select(*columns).where(*where).order_by(_C.week, _C.version)
    ):
        one = _BODY.validate_python(body)
        card = replace(one.card, version=number, published_at=at)
        found.setdefault(week, {})[Whose(Kind(kind), source, ref)] = Issued(card, one.lines)
    return found


def versions(tx: Tx, week: str) -> Mapping[Whose, int]:
    """Return the numbers of the newest cards of a week, by whose they are."""
    query = select(_C.kind, _C.source_id, _C.technician, func.max(_C.version)).where(_C.week == week)
    rows = tx.execute(query.group_by(_C.kind, _C.source_id, _C.technician))
    return {Whose(Kind(kind), source, ref): number for kind, source, ref, number in rows}


def newest_week(tx: Tx, *, published: bool = False) -> str | None:
    """Return the newest week that has cards."""
    where = [_C.published_at.is_not(None)] if published else []
    found: str | None = tx.execute(select(func.max(_C.week)).where(*where)).scalar_one()
    return found


def states(tx: Tx) -> Mapping[str, State]:
    """Return the weeks that have cards, with what the newest are."""
    query = select(_C.week, _C.is_final, _C.issued_at).where(_C.kind == TEAM.kind.value)
    return {week: State(is_final, at) for week, is_final, at in tx.execute(query.order_by(_C.week, _C.version))}


def keep(tx: Tx, of: Whose, one: Issued) -> None:
    """Add a card."""
    card = one.card
    tx.execute(
        insert(scorecards).values(
            week=card.week,
            kind=of.kind.value,
            source_id=of.source_id,
            technician=of.technician,
            version=card.version,
            is_final=card.is_final,
            issued_at=card.issued_at,
            author=card.author,
            reason=card.reason,
            body=_BODY.dump_python(one, mode="json"),
        )
    )


def publish(tx: Tx, week: str, of: Iterable[tuple[Whose, int]], at: datetime) -> int:
    """Show versions of cards to whom they are of; return how many were not shown yet."""
    shown = 0
    for one, version in of:
        is_it = and_(
            _C.week == week,
            _C.kind == one.kind.value,
            _C.source_id == one.source_id,
            _C.technician == one.technician,
            _C.version == version,
        )
        shown += tx.execute(update(scorecards).where(is_it, _C.published_at.is_(None)).values(published_at=at)).rowcount
    return shown


def write_down(tx: Tx, of: Whose, word: Word) -> None:
    """Add what was agreed or said."""
    is_theirs = _W.source_id == of.source_id, _W.technician == of.technician
    last = tx.execute(select(func.max(_W.number)).where(*is_theirs)).scalar_one() or 0
    values: dict[str, Any] = asdict(word) | {"kind": word.kind.value}
    tx.execute(
        insert(scorecard_words).values(source_id=of.source_id, technician=of.technician, number=last + 1, **values)
    )


def words(tx: Tx, of: Whose) -> Sequence[Word]:
    """Return what was agreed and said about somebody's cards, oldest first."""
    query = (
        select(_W.week, _W.kind, _W.figure, _W.text, _W.at, _W.author)
        .where(_W.source_id == of.source_id, _W.technician == of.technician)
        .order_by(_W.number)
    )
    return [
        Word(week, WordKind(kind), figure, text, at, who) for week, kind, figure, text, at, who in tx.execute(query)
    ]


def seen(tx: Tx, scope: Scope, records: Collection[str]) -> frozenset[str]:
    """Return those names of tickets that a scope lets through; of other records it cannot be told, so none."""
    t = RECORDS["tickets"].c
    label = func.coalesce(t.number, t.external_id)
    query = select(label).where(label.in_(list(records)), Sight(tx, scope).require("tickets"))
    return frozenset(tx.execute(query).scalars())
