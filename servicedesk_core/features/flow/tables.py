"""The steps of tickets, out of the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import and_, select

from servicedesk_core.domain import EventType, StatusCategory
from servicedesk_core.features.flow.measuring import Course, Step
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS

_FIELDS: Final = ("status", "priority_name", "sla", "kind_name", "category", "issue", "sub_issue", "source")
"""Fields of a ticket that are told by their own names."""

_REFS: Final = {
    "client": ("company_ref", "companies"),
    "team": ("queue_ref", "queues"),
    "technician": ("assignee_ref", "technicians"),
}

DIMENSIONS: Final = ("client", "team", "technician", "resolver", "priority", "level", *_FIELDS)
"""What tickets can be divided by, beside the vendor's own fields."""


def courses(
    tx: Tx,
    *,
    connection: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    with_internal: bool = True,
    scope: Scope | None = None,
) -> Iterator[Course]:
    """Yield the tickets that have steps, each with them in order.

    Args:
        tx: A transaction.
        connection: Only of this connection.
        since: Created at or after.
        before: Created before.
        with_internal: With what only the staff may see: internal notes, and the vendor's own fields.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    e, t = RECORDS["ticket_events"].c, RECORDS["tickets"].c
    wanted: list[Any] = [t.gone_at.is_(None), e.gone_at.is_(None), e.type != EventType.SNAPSHOT.value]
    if connection is not None:
        wanted.append(t.source_id == source_of(tx, connection, scope))
    if since is not None:
        wanted.append(t.created_at >= to_us(since))
    if before is not None:
        wanted.append(t.created_at < to_us(before))
    if not with_internal:
        wanted.append(e.type != EventType.TECH_NOTE_INTERNAL.value)
    if scope is not None:
        wanted.append(Sight(tx, scope).require("tickets"))
    names = {stream: _names(tx, stream) for _, stream in _REFS.values()}
    columns = (
        e.source_id, e.ticket_ref, e.effective_at, e.vendor_word, e.type, e.actor_ref, e.after,
        t.company_ref, t.queue_ref, t.assignee_ref, t.priority, t.custom_fields, *(t[name] for name in _FIELDS),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(RECORDS["tickets"], and_(t.source_id == e.source_id, t.external_id == e.ticket_ref))
        .where(*wanted)
        .order_by(e.source_id, e.ticket_ref, e.effective_at, e.source_seq, e.local_id)
    )
    with tx.execute(query.execution_options(yield_per=1_000)) as told:
        for (source, ref), rows in groupby(told, key=lambda row: (row[0], row[1])):
            held = list(rows)
            course = Course(ref, tuple(_steps(held, source, names)), _belongs(held[-1], source, names))
            yield course if with_internal else _public(course)


def _public(course: Course) -> Course:
    """Return a ticket without the vendor's own fields."""
    steps = tuple(replace(one, state={name: one.state[name] for name in _FIELDS}) for one in course.steps)
    return replace(course, steps=steps, of={name: course.of[name] for name in DIMENSIONS if name in course.of})


def _steps(rows: Sequence[Sequence[Any]], source: int, names: Mapping[str, Mapping[Any, str]]) -> Iterator[Step]:
    state: dict[str, Any] = {}
    for _, _, at, word, kind, actor, after, *_ in rows:
        told = orjson.loads(after)
        state = {**state, **told, "custom_fields": {**state.get("custom_fields", {}), **told.get("custom_fields", {})}}
        category, team = told.get("status_category"), state.get("queue_ref")
        yield Step(
            at=from_us(at),
            word=word or told.get("status") or kind,
            category=StatusCategory(category) if category else None,
            person=_name(names, "technicians", source, actor),
            team=_name(names, "queues", source, team),
            state={**{name: state.get(name) for name in _FIELDS}, **state["custom_fields"]},
        )


def _belongs(row: Sequence[Any], source: int, names: Mapping[str, Mapping[Any, str]]) -> Mapping[str, str | None]:
    company, queue, assignee, priority, custom, *fields = row[7:]
    own = dict(zip(_FIELDS, fields, strict=True))
    return {
        **orjson.loads(custom),
        **own,
        "client": _name(names, "companies", source, company),
        "team": _name(names, "queues", source, queue),
        "technician": _name(names, "technicians", source, assignee),
        "priority": own["priority_name"] or priority,
        "level": own["sla"],
    }


def _name(names: Mapping[str, Mapping[Any, str]], stream: str, source: int, ref: str | None) -> str | None:
    return None if ref is None else names[stream].get((source, ref)) or ref


def _names(tx: Tx, stream: str) -> Mapping[tuple[int, str], str]:
    table = RECORDS[stream].c
    query = select(table.source_id, table.external_id, name_column(stream))
    return {(source, ref): name for source, ref, name in tx.execute(query)}
