"""The views of the work of the desk itself: connections, runs, writes."""

from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.views.columns import Column, OwnView, instant


def _connection_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("connection", "src.name", "Name in the configuration."),
        Column("connector", "src.connector", "Id of the connector."),
        Column("environment", "src.environment", "live or sandbox."),
        Column("account", "src.account", "The vendor's id of the tenant."),
        Column("account_name", "src.account_name", "The tenant's name."),
        Column("blocked_reason", "src.blocked_reason", "Why the connection is stopped, if it is."),
        Column("blocked_at", instant("src.blocked_at", dialect), "Since when it is stopped."),
    ]


def _run_columns(dialect: Dialect) -> list[Column]:
    counted = {
        "read": "Records read.",
        "new": "Records that were new.",
        "changed": "Records whose content changed.",
        "unchanged": "Records whose content was the same.",
        "quarantined": "Records that did not fit.",
        "gone": "Records marked as gone.",
        "requests": "Requests sent.",
        "seconds": "Time taken, in seconds.",
    }
    return [
        Column("run_id", "r.run_id", "Common to all streams of one run."),
        Column("connection", "src.name", "Name of the connection."),
        Column("stream", "r.stream", "Which records."),
        Column("mode", 'r."mode"', "Why they were read."),
        Column("started_at", instant("r.started_at", dialect), "When it began."),
        Column("finished_at", instant("r.finished_at", dialect), "When it ended."),
        Column("outcome", "r.outcome", "How it went."),
        Column("error_code", "r.error_code", "Code of the error that ended it."),
        *(Column(name, f'r."{name}"', meaning) for name, meaning in counted.items()),
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
