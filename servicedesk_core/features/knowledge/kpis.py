"""What is measured of knowledge."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import exists, select

from servicedesk_core.faces import Case, Kpi, Measure, Period, Sum
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, knowledge_articles, knowledge_links, sources

_T: Final = RECORDS["tickets"].c


def _cases(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Case]:
    helped = exists().where(knowledge_links.c.ticket_id == _T.local_id)
    seen = () if scope is None else (Sight(tx, scope).require("tickets"),)
    query = (
        select(_T.number, _T.external_id, _T.company_ref, _T.source_id, sources.c.name, helped)
        .join(sources, sources.c.id == _T.source_id)
        .where(_T.resolved_at >= to_us(period.start), _T.resolved_at < to_us(period.end), _T.gone_at.is_(None), *seen)
    )
    rows, names = tx.execute(query).all(), Names(tx)
    for _, _, company, source_id, *_ in rows:
        names.want(source_id, "companies", company)
    for number, ref, company, source_id, connection, has_article in rows:
        client = names.of(source_id, "companies", company) or company
        yield Case(number or ref, int(has_article), 1, of={"client": client}, connection=connection)


def _with_article(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    if tx.execute(select(knowledge_articles.c.id).limit(1)).first() is None:
        return Measure.missing("articles: a connection with the connector markdown_folder")
    return Measure.of(_cases(tx, period, scope), Sum.RATIO, scale=100)


KPIS: Final = (
    Kpi(
        "with-article",
        "Resolved with an article",
        "Of the tickets resolved in the period, those of which somebody said that an article helped.",
        _with_article,
        unit="%",
        better="more",
        over="period",
        example="Of 40 resolved tickets 12 have an article: 30 %.",
    ),
)
"""What is measured of knowledge."""
