"""The state of the desk in a terminal."""

from collections.abc import Callable
from datetime import datetime

from servicedesk_core.clock import CLOCK_HINT, clock_problem
from servicedesk_core.faces import Terminal
from servicedesk_core.features.status.model import DeskStatus, StreamStatus, WordStatus
from servicedesk_core.wording import about

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


def status(terminal: Terminal, state: DeskStatus) -> None:
    """Print it."""
    damage = "; ".join(state.damage.problems) if state.damage else None
    terminal.facts(
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
        terminal.table(columns, rows)
    else:
        terminal.say("Nothing was read yet: servicedesk sync")
    if below := [s for s in state.streams if s.parents_left is not None]:
        left = [(s.connection, s.stream, s.parents_left, s.parents_silent or None) for s in below]
        terminal.table(("Connection", "Read record by record", "Still to ask", "Gave no answer"), left)
    if state.histories:
        told = [(h.connection, h.complete, h.partial, h.none) for h in state.histories]
        terminal.table(("History of tickets", "Complete", "Partial", "None"), told)
    for heading, belongs in _ISSUES:
        if found := [issue for issue in state.issues if belongs(issue.kind)]:
            _show_issues(terminal, heading, found)
    if state.jobs:
        jobs = [(job.name, job.owner, job.since) for job in state.jobs]
        terminal.table(("Job", "Running in", "Since"), jobs)
    _show_operation(terminal, state)
    for connection in state.connections:
        if problem := clock_problem(connection.name, connection.clock_ahead_s):
            terminal.say(f"[{connection.name}] {problem}")
            terminal.say(f"  → {CLOCK_HINT}")
        if connection.blocked_reason:
            terminal.say(f"[{connection.name}] stopped: {connection.blocked_reason}")
            terminal.say(f'  → Correct the credentials, then run "servicedesk connections test {connection.name}".')


def _show_issues(terminal: Terminal, heading: str, found: list[WordStatus]) -> None:
    columns: tuple[str, ...] = ("Connection", "Stream", "Kind", "Field", "Value", "Records")
    lines: list[tuple[object, ...]] = [(i.connection, i.stream, i.kind, i.field, i.value, i.count) for i in found]
    if any(issue.section for issue in found):
        columns = (*columns, "Section")
        lines = [(*line, issue.section) for line, issue in zip(lines, found, strict=True)]
    terminal.table(columns, lines, title=heading)


def _show_operation(terminal: Terminal, state: DeskStatus) -> None:
    if state.quotas:
        rows = [
            (", ".join(q.connections), q.ours, q.our_limit, q.others, q.allowed, q.as_of,
             q.remaining_requests, about(q.hours_left * 3600) if q.hours_left else None)
            for q in state.quotas
        ]  # fmt: skip
        columns = ("Quota of", "Ours", "Our limit", "Others", "Allowed", "Counted at", "Still to send", "Time left")
        terminal.table(columns, rows)
    ran = [(j.job, j.schedule, j.last_at, "running" if j.running else j.last_state) for j in state.schedule]
    if any(started is not None for _, _, started, _ in ran):
        terminal.table(("Job", "Schedule", "Last run", "State"), ran)
    if state.alerts:
        terminal.table(("Alert", "Since", "Problem"), [(a.key, a.opened_at, a.problem) for a in state.alerts])
    held = [(c.name, c.waiting, c.last_error, c.next_try_at) for c in state.channels if c.waiting]
    if held:
        terminal.table(("Channel", "Not delivered", "Why", "Next try"), held)


def _reach(stream: StreamStatus) -> datetime | str:
    if stream.derived:
        return "derived"
    return stream.complete_since or ("everything" if stream.is_complete else "not yet")
