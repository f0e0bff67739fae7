"""``servicedesk audit``."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import while_read
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.runtime.auditing import AuditCheck


_NOTHING = "No such record. Every sync, write, claim and privacy command leaves one."


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Who did what: an append-only chain that shows tampering.", no_args_is_help=True)
    group.command("list")(list_records)
    group.command("verify")(verify)
    group.command("export")(export)
    group.command("checkpoint")(checkpoint)
    app.add_typer(group, name="audit")


def list_records(
    ctx: typer.Context,
    *,
    entity: Annotated[str | None, typer.Option("--entity", help="Only about this, such as write:12.")] = None,
    before: Annotated[int, typer.Option("--before", help="Only with a smaller number.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """List what was done, the newest first."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.audit.list(entity=entity, before=before, limit=limit), read_only=True)
    rows = [(str(r.seq), r.at, r.actor, r.action, r.entity, r.reason) for r in found]
    columns = ("No.", "When", "Who", "What", "About", "Why")
    cli.emit("audit.list", found, as_json=as_json, show=lambda: cli.table(columns, rows, empty=_NOTHING))


def verify(
    ctx: typer.Context,
    *,
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", help='A file that "audit checkpoint --file" wrote elsewhere.')
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at every record of the chain. Exit code 1 when it does not hold."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.audit.verify(checkpoints), read_only=True)
    cli.emit("audit.verify", found, as_json=as_json, show=lambda: _show_check(cli, found))
    if not found.is_valid:
        raise typer.Exit(exit_codes.ERROR)


def export(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(help="File to write [default: standard output].")] = None,
) -> None:
    """Write the whole chain as JSON lines, each record with its hash."""
    cli: Cli = ctx.obj
    with nullcontext(target) if target else while_read() as file:
        told = cli.with_desk(lambda desk: desk.audit.export(file), read_only=True)
        where = f"Written to {target}: " if target else ""
        cli.say(f"{where}{counted(told.records, 'record')}; the newest is no. {told.head}, its hash {told.hash}.")


def checkpoint(
    ctx: typer.Context,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="Append it to this file, best on another machine.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Remember how far the chain is, so that a cut tail or a chain made anew shows."""
    cli: Cli = ctx.obj
    point = cli.with_desk(lambda desk: desk.audit.checkpoint(file))
    pairs = [("Record", str(point.seq)), ("Hash", point.hash), ("Records", point.count), ("Taken", point.at)]
    cli.emit("audit.checkpoint", point, as_json=as_json, show=lambda: cli.facts(pairs))


def _show_check(cli: Cli, found: "AuditCheck") -> None:
    for problem in found.problems:
        cli.out.print(f"Record {problem.seq}: {problem.what}" if problem.seq else problem.what, soft_wrap=True)
    holds = "The chain holds." if found.is_valid else "THE CHAIN DOES NOT HOLD."
    cli.out.print(f"{holds} {counted(found.records, 'record')}; the newest is no. {found.head}.", soft_wrap=True)
    if found.anchored_to:
        cli.out.print(f"A checkpoint vouches for the records up to {found.anchored_to}.", soft_wrap=True)
    if found.unanchored:
        bare = counted(found.unanchored, "record has no checkpoint", "records have no checkpoint")
        cli.out.print(f"{bare} behind: made anew, or with more cut off, the chain would look the same.", soft_wrap=True)
    elif not found.records:
        cli.out.print("No checkpoint vouches for an empty chain: emptied, it would look the same.", soft_wrap=True)
    if found.unanchored or not found.records:
        cli.out.print(
            "Take one now: servicedesk audit checkpoint --file FILE, best on another machine.", soft_wrap=True
        )
