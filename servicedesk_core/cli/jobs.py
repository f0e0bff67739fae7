"""``servicedesk jobs``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.faces.terminal import Narrow

if TYPE_CHECKING:
    from servicedesk_core.desk import JobOutcome

_NARROW = Narrow(cut={"Schedule": 10, "What it did": 12}, spare=("What it did", "Schedule"))


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help='What "servicedesk serve" does by schedule, also one by one.', no_args_is_help=True)
    group.command("list")(list_jobs)
    group.command("run")(run)
    app.add_typer(group, name="jobs")


def list_jobs(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the jobs, when they are due and how they ended."""
    cli: Cli = ctx.obj
    jobs = cli.with_reader(lambda desk: desk.jobs())

    def shown() -> None:
        rows = [
            (j.job, j.schedule, j.next_at, j.last_at, "running" if j.running else j.last_state, j.error or j.summary)
            for j in jobs
        ]
        cli.table(("Job", "Schedule", "Next", "Last run", "State", "What it did"), rows, narrow=_NARROW)
        if any(j.next_at is None and j.schedule != "never" for j in jobs):
            cli.say("When schedules of cron are due is known with the extra: pip install 'servicedesk-core[serve]'")

    cli.emit("jobs.list", jobs, as_json=as_json, show=shown)


def run(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help='A job such as "sync:psa", or a kind: "sync" for all connections.')],
    as_json: Json = False,
) -> None:
    """Run a job now: for cron, systemd timers, Kubernetes or whatever scheduler you have.

    It may be called at any time and by several at once: a job that runs already ends with exit code 7. What it may do
    at a vendor is what its own command may do.
    """
    cli: Cli = ctx.obj
    outcomes = cli.with_desk(lambda desk: desk.run_jobs(name))
    cli.emit("jobs.run", outcomes, as_json=as_json, show=lambda: _show(cli, outcomes))
    codes = {outcome.exit_code for outcome in outcomes} - {exit_codes.OK}
    if codes:
        raise typer.Exit(max(codes - {exit_codes.BUSY}, default=exit_codes.BUSY))


def _show(cli: Cli, outcomes: "tuple[JobOutcome, ...]") -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.job)
        else:
            cli.say(f"{outcome.job}: {outcome.summary}")
