"""``servicedesk sync``."""

from math import ceil, isinf
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.progress import sync_progress
from servicedesk_core.wording import about, counted

if TYPE_CHECKING:
    from datetime import date, timedelta

    from servicedesk_core.desk import PastOutcome, PastPlanOutcome, PlanOutcome, ServiceDesk, SyncOutcome
    from servicedesk_core.sync.deciding.estimate import SyncPlan

READS_ONLY = "sync only reads: nothing is changed at the vendor."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sync")(sync)


def sync(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Argument(help="Name of a connection [default: all of them].")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say how many records, requests, hours and bytes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and map, but store nothing.")] = False,
    only: Annotated[str | None, typer.Option("--only", metavar="STREAMS", help="Only these, with commas.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, as on the first day.")] = False,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Also look now for what was deleted.")] = False,
    accept_mass_change: Annotated[
        bool, typer.Option("--accept-mass-change", help="Apply deletions that the guard holds back.")
    ] = False,
    history: Annotated[
        bool,
        typer.Option(
            "--history", help="Read the vendor's own history of older tickets instead, as far as it is unknown."
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="90d", help="With --history: of open tickets, and those that changed since then."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring the store up to date. Only reads: nothing is ever changed at the vendor.

    The first run reads all open tickets first, then the last 90 days, then older years; later runs read what changed.
    It may be stopped at any time and goes on where it was.

    With --history it asks for the past of tickets that were done, or under way, when the desk first saw them: ticket by
    ticket, in what of the quota is left for old records, beside the runs that read what changed.
    """
    from servicedesk_core.sync.options import SyncMode  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.say(READS_ONLY)
    mode = SyncMode.FULL if full else SyncMode.RECONCILE if reconcile else SyncMode.AUTO
    streams = tuple(name.strip() for name in only.split(",") if name.strip()) if only else ()
    if history or since is not None:
        if not history or since is None or dry_run or streams or full or reconcile or accept_mass_change:
            raise typer.BadParameter("It is --history --since 90d, and --plan to see before what it takes.", ctx=ctx)
        _history(cli, _since(since), (connection,) if connection else (), plan=plan, as_json=as_json)
        return
    if plan:
        plans = cli.with_desk(lambda desk: desk.plan_all((connection,) if connection else (), streams=streams))
        cli.emit("sync.plan", plans, as_json=as_json, show=lambda: _show_plans(cli, plans))
        fail_like(plans)
        return

    async def work(desk: "ServiceDesk") -> "tuple[SyncOutcome, ...]":
        with sync_progress(cli) as progress, progress.said_when_stopped(cli):
            return await desk.sync_all(
                (connection,) if connection else (),
                mode=mode,
                streams=streams,
                dry_run=dry_run,
                accept_mass_change=accept_mass_change,
                progress=progress,
            )

    outcomes = cli.with_desk(work)
    cli.emit("sync", outcomes, as_json=as_json, show=lambda: show_outcomes(cli, outcomes))
    fail_like(outcomes)


def _history(cli: Cli, since: "date | timedelta", connections: tuple[str, ...], *, plan: bool, as_json: bool) -> None:
    if plan:
        plans = cli.with_desk(lambda desk: desk.plan_past(since, connections))
        cli.emit("sync.history.plan", plans, as_json=as_json, show=lambda: _show_past_plans(cli, plans))
        fail_like(plans)
        return

    async def work(desk: "ServiceDesk") -> "tuple[PastOutcome, ...]":
        with sync_progress(cli) as progress, progress.said_when_stopped(cli):
            return await desk.read_past(since, connections, progress=progress)

    outcomes = cli.with_desk(work)
    cli.emit("sync.history", outcomes, as_json=as_json, show=lambda: _show_past(cli, outcomes))
    fail_like(outcomes)


def _since(text: str) -> "date | timedelta":
    """Return what a person wrote as "90d", or as a date."""
    from datetime import date, timedelta  # noqa: PLC0415

    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from servicedesk_core.config.values import Since  # noqa: PLC0415

    try:
        return TypeAdapter[date | timedelta](Since).validate_python(text)
    except ValidationError:
        message = 'Write a date such as 2024-01-31, or a number of days such as "90d".'
        raise typer.BadParameter(message, param_hint="--since") from None


def _show_past_plans(cli: Cli, outcomes: "tuple[PastPlanOutcome, ...]") -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
        if (plan := outcome.plan) is not None:
            rate = "not limited" if plan.requests_per_hour is None else round(plan.requests_per_hour)
            cli.facts(
                [
                    ("Connection", plan.connection),
                    ("Tickets that are open, or changed since", plan.since),
                    ("Of them with an unknown past, not asked about yet", plan.tickets),
                    ("Requests", plan.requests),
                    ("Permitted an hour", rate),
                    ("Time", "the quota leaves nothing for it" if plan.hours is None else about(plan.hours * 3600)),
                ]
            )


def _show_past(cli: Cli, outcomes: "tuple[PastOutcome, ...]") -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
        if (report := outcome.report) is not None:
            rows = [(report.tickets, report.failed or None, report.events, report.requests)]
            columns = "Tickets asked about", "Not answered", "New events", "Requests"
            cli.table(columns, rows, title=f"{report.connection} (history)")
            known = [(report.complete, report.partial, report.none)]
            cli.table(("History of tickets: complete", "Partial", "None"), known)


def show_outcomes(cli: Cli, outcomes: "tuple[SyncOutcome, ...]") -> None:
    """Print a table for each connection; with ``--quiet`` only for those that did not complete."""
    from servicedesk_core.clock import CLOCK_HINT, clock_problem  # noqa: PLC0415

    columns = ("Stream", "Read", "New", "Changed", "Unchanged", "Quarantined", "Gone", "Requests", "Records/s", "State")
    for outcome in outcomes:
        if cli.quiet and outcome.exit_code == exit_codes.OK:
            continue
        if outcome.report is not None:
            ran = [stream for stream in outcome.report.streams if stream.state != "skipped"]
            rows = [
                (s.stream, s.read, s.new, s.changed, s.unchanged or None, s.quarantined or None, s.gone or None,
                 s.requests or None, round(s.records_per_s), str(s.state))
                for s in ran
            ]  # fmt: skip
            what = " (dry run, nothing stored)" if outcome.report.dry_run else ""
            cli.table(columns, rows, title=f"{outcome.connection}{what}")
            if skipped := [stream.stream for stream in outcome.report.streams if stream.state == "skipped"]:
                cli.say(f"Nothing was due: {', '.join(skipped)}.")
            for stream in outcome.report.streams:
                if stream.error:
                    cli.warn(f"[{outcome.connection}] {stream.stream}: {stream.error} {stream.hint or ''}".rstrip())
            if problem := clock_problem(outcome.connection, outcome.report.clock_ahead_s):
                cli.warn(f"{problem} {CLOCK_HINT}")
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)


def _show_plans(cli: Cli, outcomes: "tuple[PlanOutcome, ...]") -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
        if (plan := outcome.plan) is None:
            continue
        rows = [
            (s.stream, "unknown" if s.records is None else s.records, s.open_records,
             "unknown" if s.requests is None else s.requests)
            for s in plan.streams
        ]  # fmt: skip
        cli.table(("Stream", "Records", "Open", "Requests"), rows, title=f"{plan.connection} (plan)")
        for s in plan.streams:
            if s.parents:
                cli.say(f"{s.stream}: read record by record, below {s.parents:,}; a part of them with each run.")
        rate = "not limited" if plan.requests_per_hour is None else round(plan.requests_per_hour)
        history = f"up to {counted(plan.history_requests, 'request')} more" if plan.history_requests else None
        cli.facts(
            [
                ("Requests, at least", "unknown" if plan.requests is None else plan.requests),
                *_window(plan),
                ("Permitted an hour", rate),
                ("Time for everything", _time(plan.hours)),
                *_until_open(plan),
                ("Disk, MB", "unknown" if plan.disk_bytes is None else ceil(plan.disk_bytes / 1e6)),
                ("Ticket history, in this and each following run", history),
                ("Cannot be counted", plan.unknown or None),
            ]
        )


def _time(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    return "the quota leaves nothing for it now" if isinf(hours) else about(hours * 3600)


def _until_open(plan: "SyncPlan") -> list[tuple[str, object]]:
    """Return when open tickets are there, where tickets are read at all."""
    if not any(stream.stream == "tickets" for stream in plan.streams):
        return []
    minutes = plan.minutes_until_open_usable
    return [("Time until open tickets are there", _time(None if minutes is None else minutes / 60))]


def _window(plan: "SyncPlan") -> list[tuple[str, object]]:
    """Return who used what of the vendor's quota in its present window."""
    if (use := plan.use) is None:
        return []
    others = None if use.total is None else max(use.total - use.ours, 0)
    return [
        ("Requests in the present window, ours", f"{use.ours:,} of {plan.our_limit:,}" if plan.our_limit else use.ours),
        ("Requests in the present window, others", others),
        ("Allowed in a window, all together", use.allowed),
    ]


def fail_like(outcomes: "tuple[SyncOutcome | PlanOutcome | PastOutcome | PastPlanOutcome, ...]") -> None:
    """Exit with the worst code, if anything did not complete."""
    codes = {outcome.exit_code for outcome in outcomes} - {exit_codes.OK}
    if codes:
        raise typer.Exit(max(codes - {exit_codes.SYNC_INCOMPLETE}, default=exit_codes.SYNC_INCOMPLETE))
