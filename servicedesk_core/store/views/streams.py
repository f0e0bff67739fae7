"""The views of the streams, derived from the domain classes like the tables."""

from datetime import date, datetime
from decimal import Decimal

from servicedesk_core.domain import REFERENCES, STREAMS
from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.fields import Field, fields_of
from servicedesk_core.store.queries.names import name_sql
from servicedesk_core.store.views.columns import Column, amount, day, instant, plain


def source_of(stream: str) -> str:
    """Return the SQL of a stream's view from ``FROM`` on: its live rows with what they refer to."""
    joins = [f"FROM {stream} t JOIN sources src ON src.id = t.source_id"]
    joins += [
        f"LEFT JOIN {target} {_alias(column)} ON {_alias(column)}.source_id = t.source_id "
        f'AND {_alias(column)}.external_id = t."{column}"'
        for column, target in _named_references(stream).items()
    ]
    return " ".join(joins) + " WHERE t.gone_at IS NULL"


def _named_references(stream: str) -> dict[str, str]:
    return {c: t for c, t in REFERENCES[stream].items() if c.endswith("_ref") and name_sql(t) is not None}


def _alias(column: str) -> str:
    return f"r_{column.removesuffix('_ref')}"


def columns_of(stream: str, dialect: Dialect) -> list[Column]:
    """Return the columns of a stream's view."""
    entity = STREAMS[stream]
    references = _named_references(stream)
    columns = [
        Column("local_id", "t.local_id", "The desk's own number of the record."),
        Column("connection", "src.name", "Name of the connection."),
        Column("external_id", "t.external_id", "The vendor's id."),
    ]
    if stream == "tickets":
        meaning = "Whether it still needs work or attention; a status without a category counts as open."
        columns.append(Column("is_open", "t.is_open", meaning))
        meaning = "When the vendor's agreement is due next: the earliest of its due times that are not fulfilled."
        columns.append(Column("sla_due_at", instant("t.sla_due_at", dialect), meaning))
    for field in fields_of(entity):
        info = entity.model_fields[field.name]
        meaning = info.description or field.name.replace("_", " ").capitalize() + "."
        columns.append(Column(field.name, _readable(field, dialect), meaning))
        if field.name in references:
            alias, target = _alias(field.name), references[field.name]
            columns.append(
                Column(
                    f"{field.name.removesuffix('_ref')}_name",
                    name_sql(target, alias) or "NULL",
                    f"Name of it, from {target}.",
                )
            )
            if target == "tickets":
                columns.append(Column(f"{field.name.removesuffix('_ref')}_number", f"{alias}.number", "Its number."))
    if stream == "ticket_events":
        columns += _event_columns(dialect)
    columns += [
        Column("first_seen_at", instant("t.first_seen_at", dialect), "When the desk first saw it."),
        Column("changed_at", instant("t.changed_at", dialect), "When the desk last saw its content change."),
    ]
    return columns


def _event_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("effective_us", "t.effective_at", "The instant in microseconds since 1970, for exact arithmetic."),
        Column("effective_s", "t.effective_at / 1000000.0", "The instant in seconds since 1970."),
        Column("recorded_us", "t.first_seen_at", "When the desk learned of it, in microseconds since 1970."),
        Column(
            "event_no",
            _place_in_ticket(("effective_at", "source_seq", "local_id"), dialect),
            "Place in its ticket, by time, from 1.",
        ),
        Column(
            "source_no",
            _place_in_ticket(("source_seq", "local_id"), dialect),
            "Place in its ticket, by the source's order, from 1.",
        ),
    ]


def _place_in_ticket(order: tuple[str, ...], dialect: Dialect) -> str:
    ours, others = (", ".join(f"{alias}.{column}" for column in order) for alias in ("t", "o"))
    if dialect == "postgresql":
        return f"ROW_NUMBER() OVER (PARTITION BY t.source_id, t.ticket_ref ORDER BY {ours})"
    # SQLite computes a window function over all rows also when nobody asks for the column.
    same_ticket = "o.source_id = t.source_id AND o.ticket_ref = t.ticket_ref AND o.gone_at IS NULL"
    return f"(SELECT COUNT(*) FROM ticket_events o WHERE {same_ticket} AND ({others}) <= ({ours}))"  # noqa: S608


def _readable(field: Field, dialect: Dialect) -> str:
    column = f't."{field.name}"'
    if field.python is datetime:
        return instant(column, dialect)
    if field.python is Decimal:
        return amount(column, dialect)
    if field.python is date:
        return day(column, dialect)
    if field.python in (tuple, dict):
        return plain(column, dialect)
    return column
