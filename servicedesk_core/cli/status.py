"""``servicedesk status``."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.wording import about

if TYPE_CHECKING:
    from servicedesk_core.desk.monitoring.status import DeskStatus, StreamStatus, WordStatus


_UNKNOWN = "unknown_picklist_value"
_ISSUES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        "Words without a meaning; give them one in the section named here, then: servicedesk remap, or sync for files",
        lambda kind: kind.startswith("unmapped_"),
    ),
    (
        "Values that the vendor's own lists do not explain; kept as they are, nothing to do",
        lambda kind: kind == _UNKNOWN,
    ),
    (
        "Values that cannot be right, or cannot be read; left out of the record, correct them where they come from",
        lambda kind: not kind.startswith("unmapped_") and kind != _UNKNOWN,
    ),
)
"""What the kinds of issues mean for a person."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the desk's data and jobs.

    How complete and how old each stream is, what runs, and what needs a look. Asks no vendor. For one vendor
    see "servicedesk connections test"; for this machine see "servicedesk doctor".
    """
    cli: Cli = ctx.obj
    state = cli.with_desk(lambda desk: desk.status(), read_only=True)
    cli.emit("status", state, as_json=as_json, show=lambda: _show(cli, state))


def _show(cli: Cli, state: "DeskStatus") -> None:
    damage = "; ".join(state.damage.problems) if state.damage else None
    cli.facts(
        [
            ("Desk", state.desk),
            ("As of", state.as_of),
            ("Store", state.store),
            ("Damage in the store", damage),
            ("Changes so far", state.last_change),
        ]
    )
    columns = (
        "Connection",
        "Stream",
        "Records",
        "Quarantined",
        "Complete back to",
        "Last complete",
        "State",
        "Problem",
    )
    rows = [
        (s.connection, s.stream, s.records, s.quarantined or None, _reach(s), s.synced_at, s.last_state, s.problem)
        for s in state.streams
    ]
    if rows:
        cli.table(columns, rows)
    else:
        cli.say("Nothing was read yet: servicedesk sync")
    for heading, belongs in _ISSUES:
        if found := [issue for issue in state.issues if belongs(issue.kind)]:
            _show_issues(cli, heading, found)
    if state.jobs:
        jobs = [(job.name, job.owner, job.since) for job in state.jobs]
        cli.table(("Job", "Running in", "Since"), jobs)
    _show_operation(cli, state)
    from servicedesk_core.clock import CLOCK_HINT, clock_problem  # noqa: PLC0415

    for connection in state.connections:
        if problem := clock_problem(connection.name, connection.clock_ahead_s):
            cli.say(f"[{connection.name}] {problem}")
            cli.say(f"  → {CLOCK_HINT}")
        if connection.blocked_reason:
            cli.say(f"[{connection.name}] stopped: {connection.blocked_reason}")
            cli.say(f'  → Correct the credentials, then run "servicedesk connections test {connection.name}".')


def _show_issues(cli: Cli, heading: str, found: "list[WordStatus]") -> None:
    columns: tuple[str, ...] = ("Connection", "Stream", "Kind", "Field", "Value", "Records")
    lines: list[tuple[object, ...]] = [(i.connection, i.stream, i.kind, i.field, i.value, i.count) for i in found]
    if any(issue.section for issue in found):
        columns = (*columns, "Section")
        lines = [(*line, issue.section) for line, issue in zip(lines, found, strict=True)]
    cli.table(columns, lines, title=heading)


def _show_operation(cli: Cli, state: "DeskStatus") -> None:
    if state.quotas:
        rows = [
            (", ".join(q.connections), q.ours, q.our_limit, q.others, q.allowed, q.as_of,
             q.remaining_requests, about(q.hours_left * 3600) if q.hours_left else None)
            for q in state.quotas
        ]  # fmt: skip
        columns = ("Quota of", "Ours", "Our limit", "Others", "Allowed", "Counted at", "Still to send", "Time left")
        cli.table(columns, rows)
    ran = [(j.job, j.schedule, j.last_at, "running" if j.running else j.last_state) for j in state.schedule]
    if any(started is not None for _, _, started, _ in ran):
        cli.table(("Job", "Schedule", "Last run", "State"), ran)
    if state.alerts:
        cli.table(("Alert", "Since", "Problem"), [(a.key, a.opened_at, a.problem) for a in state.alerts])
    held = [(c.name, c.waiting, c.last_error, c.next_try_at) for c in state.channels if c.waiting]
    if held:
        cli.table(("Channel", "Not delivered", "Why", "Next try"), held)


def _reach(stream: "StreamStatus") -> str:
    if stream.derived:
        return "derived"
    if stream.is_complete:
        return "everything" if stream.complete_since is None else plain(stream.complete_since)
    return "not yet" if stream.complete_since is None else plain(stream.complete_since)
