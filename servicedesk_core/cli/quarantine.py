"""``servicedesk quarantine``."""

from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import json_bytes
from servicedesk_core.wording import counted

Id = Annotated[int, typer.Argument(help='Its number in "quarantine list".')]
Ids = Annotated[list[int] | None, typer.Argument(help='Numbers in "quarantine list" [default: all that match].')]
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="Only of this connection.")]
StreamOption = Annotated[str | None, typer.Option("--stream", help="Only of this stream.")]


_NONE = "No such record is in quarantine. A sync puts one there when it cannot be understood."


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Records that could not be understood.", no_args_is_help=True)
    group.command("list")(list_quarantined)
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("drop")(drop)
    app.add_typer(group, name="quarantine")


def list_quarantined(
    ctx: typer.Context,
    connection: ConnectionOption = None,
    stream: StreamOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List the records in quarantine, without their content."""
    cli: Cli = ctx.obj
    found = cli.with_desk(
        lambda desk: desk.quarantine.list(connection=connection, stream=stream, limit=limit), read_only=True
    )
    columns = ("No.", "Connection", "Stream", "Vendor's id", "Reason", "First seen", "Last seen", "Attempts")
    rows = [
        (q.id, q.connection, q.stream, q.external_id, q.reason, q.first_seen_at, q.last_seen_at, q.attempts)
        for q in found
    ]
    cli.emit("quarantine.list", found, as_json=as_json, show=lambda: cli.table(columns, rows, empty=_NONE))


def show(ctx: typer.Context, number: Id, as_json: Json = False) -> None:
    """Show one record with the payload that the vendor sent."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.quarantine.get(number), read_only=True)

    def shown() -> None:
        pairs = [
            ("Connection", found.connection),
            ("Stream", found.stream),
            ("Vendor's id", found.external_id),
            ("Reason", found.reason),
        ]
        cli.facts(pairs)
        cli.out.print(json_bytes(found.raw).decode().rstrip() if found.raw is not None else "(no payload)")

    cli.emit("quarantine.show", found, as_json=as_json, show=shown)


def retry(
    ctx: typer.Context,
    numbers: Ids = None,
    connection: ConnectionOption = None,
    stream: StreamOption = None,
    as_json: Json = False,
) -> None:
    """Try records again, after a plugin, the mapping or the vendor's data was corrected."""
    cli: Cli = ctx.obj
    outcome = cli.with_desk(lambda desk: desk.retry_quarantine(numbers or (), connection=connection, stream=stream))

    def shown() -> None:
        cli.out.print(f"{outcome.released:,} released, {outcome.kept:,} still not understood.")

    cli.emit("quarantine.retry", outcome, as_json=as_json, show=shown)


def drop(
    ctx: typer.Context,
    numbers: Annotated[list[int], typer.Argument(help='Numbers in "quarantine list".')],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Forget records for good. They come back only if the vendor sends them again."""
    cli: Cli = ctx.obj
    cli.confirm(f"Forget {counted(len(numbers), 'quarantined record')} for good?", yes=yes)
    outcome = cli.with_desk(lambda desk: desk.quarantine.drop(tuple(numbers)))
    cli.emit("quarantine.drop", outcome, as_json=as_json, show=lambda: cli.out.print(f"{outcome.dropped:,} dropped."))
