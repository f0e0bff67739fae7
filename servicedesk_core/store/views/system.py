"""The views of the work of the desk itself: connections, runs, writes."""

from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.runs import RunCounts
from servicedesk_core.store.schema import outbox, runs, sources
from servicedesk_core.store.views.columns import Column, OwnView, Shown


def _connection_columns(dialect: Dialect) -> list[Column]:
    of = Shown(sources, "src", dialect)
    shown = ("connector", "environment", "account", "account_name", "blocked_reason", "blocked_at")
    return [of("name", "connection"), *map(of, shown)]


def _run_columns(dialect: Dialect) -> list[Column]:
    of, counts = Shown(runs, "r", dialect), RunCounts.__dataclass_fields__
    return [
        of("run_id"),
        Column("connection", "src.name", "Name of the connection."),
        *map(of, ("stream", "mode", "started_at", "finished_at", "outcome", "error_code", *counts)),
    ]


def _write_columns(dialect: Dialect) -> list[Column]:
    of = Shown(outbox, "w", dialect)
    return [
        of("id", "write_id"),
        *map(of, ("connection", "kind", "state")),
        of("target", "target_ref"),
        of("parent", "parent_ref"),
        *map(of, ("visibility", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at")),
        of("attempt", "attempts"),
        of("finished_at"),
        of("ref", "written_ref"),
        *map(of, ("error_code", "reverts")),
    ]


VIEWS = {
    "v_connections": OwnView("A connection of the desk.", _connection_columns, "FROM sources src"),
    "v_writes": OwnView("A write that was proposed, with where it stands.", _write_columns, "FROM outbox w"),
    "v_runs": OwnView(
        "A stream's part of a sync run.", _run_columns, "FROM runs r JOIN sources src ON src.id = r.source_id"
    ),
}
