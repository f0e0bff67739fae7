"""Articles as they were read, and which helped with which ticket."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select

from servicedesk_core.domain.knowledge import Article, fit, words_of
from servicedesk_core.features.knowledge.model import ArticleRow, Fitting
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS, knowledge_articles, knowledge_links

_A, _L = knowledge_articles.c, knowledge_links.c
_SAME = and_(_L.connection == _A.connection, _L.ref == _A.ref)


def put(tx: Tx, connection: str, found: Iterable[Article], now: datetime) -> int:
    """Keep the articles of a connection, in place of those that were read before, and return how many there are."""
    tx.execute(delete(knowledge_articles).where(_A.connection == connection))
    rows = [
        {
            "connection": connection,
            "ref": one.ref,
            "title": one.title,
            "tags": one.tags,
            "words": tuple(sorted(one.words)),
            "url": one.url,
            "changed_at": one.changed_at,
            "read_at": now,
        }
        for one in found
    ]
    if rows:
        tx.execute(insert(knowledge_articles), rows)
    return len(rows)


def forget(tx: Tx, without: Iterable[str]) -> None:
    """Forget the articles of connections that are configured no more; which helped is kept."""
    tx.execute(delete(knowledge_articles).where(_A.connection.not_in([*without])))


def articles(tx: Tx, *, unused: bool = False) -> tuple[ArticleRow, ...]:
    """Return all articles; with ``unused`` only those that helped with no ticket."""
    used = func.count(_L.id)
    query = (
        select(_A.title, _A.ref, _A.tags, used, func.max(_L.at), _A.changed_at, _A.url, _A.connection)
        .select_from(knowledge_articles.outerjoin(knowledge_links, _SAME))
        .group_by(_A.id, _A.title, _A.ref, _A.tags, _A.changed_at, _A.url, _A.connection)
    )
    return tuple(ArticleRow(*row) for row in tx.execute(query.having(used == 0) if unused else query))


def article(tx: Tx, ref: str, connection: str | None) -> list[ArticleRow]:
    """Return the articles with an id, or of a connection the one."""
    return [one for one in articles(tx) if one.ref == ref and connection in {None, one.connection}]


def fitting(tx: Tx, local_id: int) -> tuple[Fitting, ...]:
    """Return what helped with a ticket, and the articles that fit it.

    Args:
        tx: Any transaction.
        local_id: The desk's own number of the ticket.
    """
    t = RECORDS["tickets"].c
    title, issue, sub_issue, description = tx.execute(
        select(t.title, t.issue, t.sub_issue, t.description).where(t.local_id == local_id)
    ).one()
    strong = words_of(" ".join(filter(None, (title, issue, sub_issue))))
    asked = strong | words_of((description or "")[:2_000])
    helped = {tuple(row) for row in tx.execute(select(_L.connection, _L.ref).where(_L.ticket_id == local_id))}
    found: list[Fitting] = []
    for row in tx.execute(select(knowledge_articles)):
        one = Article(row.ref, row.title, row.tags, frozenset(row.words), row.url)
        shared = strong & (words_of(one.title) | words_of(" ".join(one.tags)))
        is_known = (row.connection, row.ref) in helped
        if is_known or shared:
            why = tuple(sorted(shared))
            found.append(Fitting(one.title, one.ref, is_known, fit(one, asked), why, one.url, row.connection))
    return tuple(found)


def link(tx: Tx, local_id: int, one: ArticleRow, by: str, at: datetime) -> bool:
    """Keep that an article helped with a ticket; return whether that is new."""
    if tx.execute(select(_L.id).where(*_is(local_id, one))).first() is not None:
        return False
    values: dict[str, Any] = {"ticket_id": local_id, "connection": one.connection, "ref": one.ref, "by": by, "at": at}
    tx.execute(insert(knowledge_links).values(values))
    return True


def unlink(tx: Tx, local_id: int, one: ArticleRow) -> bool:
    """Take that back; return whether it was there."""
    return bool(tx.execute(delete(knowledge_links).where(*_is(local_id, one))).rowcount)


def _is(local_id: int, one: ArticleRow) -> Sequence[Any]:
    return _L.ticket_id == local_id, _L.connection == one.connection, _L.ref == one.ref
