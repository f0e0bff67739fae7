"""What a run leaves behind: a row for each stream, and one audit record."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.store import Tx, audit, runs
from servicedesk_core.store.runs import RunCounts
from servicedesk_core.store.schema import runs as runs_table
from servicedesk_core.sync.report import StreamReport, StreamState
from servicedesk_core.sync.session import note_failure

_OUTCOMES = {
    StreamState.COMPLETE: "ok",
    StreamState.FAILED: "failed",
    StreamState.HELD: "held",
    StreamState.INTERRUPTED: "interrupted",
}


def begin(tx: Tx, source_id: int, run_id: str, reports: tuple[StreamReport, ...], now: datetime) -> list[int]:
    """Leave a row for each stream of a run that begins; return their numbers."""
    # Whoever left a row as running died: this process holds the lease now.
    dead = (runs_table.c.source_id == source_id) & (runs_table.c.outcome == "running")
    tx.execute(update(runs_table).where(dead).values(outcome="interrupted"))
    return [runs.start(tx, run_id, source_id, report.stream, mode="", now=now) for report in reports]


def finish(tx: Tx, rows: list[int], reports: tuple[StreamReport, ...], now: datetime) -> None:
    """Note in the rows how each stream ended; of one that had nothing to do no row stays."""
    for row, report in zip(rows, reports, strict=True):
        if report.state is StreamState.SKIPPED and not report.read:
            tx.execute(runs_table.delete().where(runs_table.c.id == row))
            continue
        counts = RunCounts(**{name: getattr(report, name) for name in RunCounts.__dataclass_fields__})
        runs.finish(
            tx,
            row,
            counts,
            outcome=_OUTCOMES.get(report.state, "ok"),
            now=now,
            error_code=report.error_code,
            error=report.error,
        )
        tx.execute(update(runs_table).where(runs_table.c.id == row).values(mode="+".join(report.modes)))


def put_on_record(tx: Tx, reports: tuple[StreamReport, ...], run_id: str, connection: str, now: datetime) -> None:
    """Leave one record of the whole run, if it brought anything or failed."""
    counted = {
        report.stream: {name: getattr(report, name) for name in ("new", "changed", "gone", "quarantined")}
        | ({"error": report.error_code} if report.error_code else {})
        for report in reports
    }
    news = {
        stream: {k: v for k, v in counts.items() if v} for stream, counts in counted.items() if any(counts.values())
    }
    if news:
        audit.append(
            tx, at=now, actor="system:sync", action="sync.finished", entity=f"connection:{connection}",
            after={"run": run_id, "streams": news},
        )  # fmt: skip


def end_all(reports: Iterable[StreamReport], state: StreamState, error: ServiceDeskError | None = None) -> None:
    """Give every stream that still runs a state, and an error if there was one."""
    for report in reports:
        if report.state is StreamState.RUNNING:
            if error is not None:
                note_failure(report, error, state)
            report.state = state
