"""Words that somebody may write where a ticket names something: technicians, queues, clients, statuses, priorities."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy import Connection as Tx

from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.tickets.words import Word, WordsOf
from servicedesk_core.store import sources
from servicedesk_core.store.queries import names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

MOST: Final = 500
"""More words nobody looks through."""

_LATELY: Final = 5_000
"""So many of the newest tickets say which words a vendor uses now: to look at all of them takes seconds."""

_SHOWN_BY: Final = {WordsOf.TECHNICIANS: "assignee_ref", WordsOf.QUEUES: "queue_ref"}
"""Fields of tickets: who sees a part of the desk is told what its tickets name."""

_OURS: Final = ("P1", "P2", "P3", "P4", "P5")


def words_of(tx: Tx, what: WordsOf, connection: str | None, scope: Scope | None) -> list[Word]:
    """Return words in the order of what they mean, each once for each connection."""
    source_id = sources.get(tx, connection).id if connection else None
    sight = None if scope is None else Sight(tx, scope)
    if what in {WordsOf.STATUSES, WordsOf.PRIORITIES}:
        return [*_shown(tx, what, source_id, sight), *_of_ours(what)]
    return list(_named(tx, what, source_id, sight))


def _of_ours(what: WordsOf) -> Iterator[Word]:
    ours = _OURS if what is WordsOf.PRIORITIES else [one.value for one in StatusCategory]
    yield from (Word(one, one.replace("_", " "), None) for one in ours)


def _shown(tx: Tx, what: WordsOf, source_id: int | None, sight: Sight | None) -> Iterator[Word]:
    table, of = RECORDS["tickets"].c, {one.id: one.name for one in sources.all(tx)}
    column = table.status if what is WordsOf.STATUSES else table.priority_name
    found = _lately(table.source_id, source_id, sight, column.label("word")).subquery()
    rows = tx.execute(select(found.c.source_id, found.c.word).distinct().where(found.c.word.is_not(None)))
    yield from (Word(word, word, of[source]) for source, word in sorted(rows, key=lambda row: (row[1], row[0])) if word)


def _named(tx: Tx, what: WordsOf, source_id: int | None, sight: Sight | None) -> Iterator[Word]:
    stream = "companies" if what is WordsOf.CLIENTS else what.value
    table, name = RECORDS[stream].c, names.name_column(stream)
    of = {one.id: one.name for one in sources.all(tx)}
    condition = _within(stream, source_id, sight)
    if sight is not None and what in _SHOWN_BY:  # who else works there is no business of a part of the desk
        condition &= table.external_id.in_(_lately(RECORDS["tickets"].c[_SHOWN_BY[what]], source_id, sight))
    here = (condition, table.gone_at.is_(None), func.coalesce(table.is_active, True), name.is_not(None), name != "")
    rows = tx.execute(select(table.source_id, table.external_id, name).where(*here).order_by(name, table.external_id))
    found = rows.fetchmany(MOST)
    called = [(source, text.casefold()) for source, _, text in found]
    for (source, ref, text), own in zip(found, called, strict=True):
        is_single = called.count(own) == 1
        yield Word(text if is_single else ref, text if is_single else f"{text} ({ref})", of[source])


def _lately(
    column: ColumnElement[Any], source_id: int | None, sight: Sight | None, *more: ColumnElement[Any]
) -> Select[Any]:
    """Return columns of the newest tickets."""
    newest = select(column, *more).where(_within("tickets", source_id, sight))
    return newest.order_by(RECORDS["tickets"].c.local_id.desc()).limit(_LATELY)


def _within(stream: str, source_id: int | None, sight: Sight | None) -> ColumnElement[bool]:
    of_source = true() if source_id is None else RECORDS[stream].c.source_id == source_id
    return of_source if sight is None else of_source & sight.nameable(stream)
