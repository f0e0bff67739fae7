"""``servicedesk store``."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli import exit_codes
from servicedesk_core.cli.arguments import Json, Yes
from servicedesk_core.cli.context import Cli
from servicedesk_core.cli.output import facts, table


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The desk's own database.", no_args_is_help=True)
    group.command("size")(size)
    group.command("verify")(verify)
    group.command("backup")(backup)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="store")


def size(ctx: typer.Context, as_json: Json = False) -> None:
    """Show how large the store is, and what takes the room."""
    from servicedesk_core.runtime import maintenance  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = maintenance.size(cli.config)

    def shown() -> None:
        disk = None if found.disk_free_bytes is None else found.disk_free_bytes / 1e6
        cli.out.print(facts([("Store", found.store), ("MB", found.bytes / 1e6), ("Disk free, MB", disk)]))
        cli.out.print(table(("Table", "Rows"), [(name, rows) for name, rows in found.rows.items()]))

    cli.emit("store.size", found, as_json=as_json, show=shown)


def verify(ctx: typer.Context, as_json: Json = False) -> None:
    """Check that the store is sound. Reads all of it."""
    from servicedesk_core.runtime import maintenance  # noqa: PLC0415

    cli: Cli = ctx.obj
    verdict = maintenance.verify(cli.config)

    def shown() -> None:
        cli.out.print("The store is sound." if verdict.sound else "\n".join(verdict.problems))

    cli.emit("store.verify", verdict, as_json=as_json, show=shown)
    if not verdict.sound:
        cli.say("  → Restore the newest backup; see the page on backup and upgrade.")
        raise typer.Exit(exit_codes.STORE)


def backup(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(help="New file [default: beside the store, with the time].")] = None,
    as_json: Json = False,
) -> None:
    """Copy the store consistently while others use it (SQLite; for PostgreSQL use pg_dump)."""
    from servicedesk_core.runtime import maintenance  # noqa: PLC0415

    cli: Cli = ctx.obj
    done = maintenance.make_backup(cli.config, target)

    def shown() -> None:
        cli.out.print(f"Backup: {done.path} ({done.bytes / 1e6:,.1f} MB)")

    cli.emit("store.backup", done, as_json=as_json, show=shown)


def upgrade(ctx: typer.Context, yes: Yes = False, as_json: Json = False) -> None:
    """Bring the store's schema up to date, after a backup."""
    from servicedesk_core.runtime import maintenance  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.confirm("Upgrade the store now? Stop other processes of this desk first.", yes=yes)
    done = maintenance.upgrade(cli.config)

    def shown() -> None:
        cli.out.print(f"The store {done.store} has schema {done.schema}.")

    cli.emit("store.upgrade", done, as_json=as_json, show=shown)
