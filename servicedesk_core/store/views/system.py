"""The views of the work of the desk itself: connections, runs, writes."""

from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.runs import RunCounts
from servicedesk_core.store.schema import runs, sources
from servicedesk_core.store.views.columns import Column, OwnView, Shown, instant


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
    return [
        Column("write_id", "w.id", "Its number."),
        Column("connection", "w.connection", "Name of the connection."),
        Column("kind", "w.kind", "What is written and how; the grant that it needs."),
        Column("state", "w.state", "proposed, queued, sending, confirmed, rejected, in_doubt or discarded."),
        Column("target_ref", "w.target", "The vendor's id of the record; none for a new one."),
        Column("parent_ref", "w.parent", "The vendor's id of the parent record."),
        Column("visibility", "w.visibility", "internal or public where that matters."),
        Column("reason", "w.reason", "Why, as the proposer gave it."),
        Column("proposed_by", "w.proposed_by", "Who wanted it."),
        Column("proposed_at", instant("w.proposed_at", dialect), "When."),
        Column("decided_by", "w.decided_by", "Who approved or discarded it last."),
        Column("decided_at", instant("w.decided_at", dialect), "When."),
        Column("attempts", "w.attempt", "How often sending began."),
        Column("finished_at", instant("w.finished_at", dialect), "When it was confirmed, rejected or discarded."),
        Column("written_ref", "w.ref", "The vendor's id of what was written."),
        Column("error_code", "w.error_code", "Code of the last error."),
        Column("reverts", "w.reverts", "Number of the write that this one takes back."),
    ]


VIEWS = {
    "v_connections": OwnView("A connection of the desk.", _connection_columns, "FROM sources src"),
    "v_writes": OwnView("A write that was proposed, with where it stands.", _write_columns, "FROM outbox w"),
    "v_runs": OwnView(
        "A stream's part of a sync run.", _run_columns, "FROM runs r JOIN sources src ON src.id = r.source_id"
    ),
}
