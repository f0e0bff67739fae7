"""``servicedesk store``."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The desk's own database.", no_args_is_help=True)
    group.command("size")(size)
    group.command("verify")(verify)
    group.command("backup")(backup)
    group.command("restore")(restore)
    group.command("adopt")(adopt)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="store")


def size(ctx: typer.Context, as_json: Json = False) -> None:
    """Show how large the store is, and what takes the room."""
    from servicedesk_core.machine import upkeep  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = upkeep.size(cli.config)

    def shown() -> None:
        disk = None if found.disk_free_bytes is None else found.disk_free_bytes / 1e6
        cli.facts([("Store", found.store), ("Size, MB", found.bytes / 1e6), ("Disk free, MB", disk)])
        cli.table(("Table", "Rows"), [(name, rows) for name, rows in found.rows.items()])

    cli.emit("store.size", found, as_json=as_json, show=shown)


def verify(ctx: typer.Context, as_json: Json = False) -> None:
    """Check that the store is sound. Reads all of it."""
    from servicedesk_core.machine import upkeep  # noqa: PLC0415

    cli: Cli = ctx.obj
    verdict = upkeep.verify(cli.config)

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
    """Copy the store consistently while others use it (PostgreSQL: through pg_dump, which must be installed)."""
    from servicedesk_core.machine import upkeep  # noqa: PLC0415

    cli: Cli = ctx.obj
    done = upkeep.make_backup(cli.config, target)

    def shown() -> None:
        cli.out.print(f"Backup: {done.path} ({done.bytes / 1e6:,.1f} MB)")

    cli.emit("store.backup", done, as_json=as_json, show=shown)


def restore(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(help="A file that `store backup`, or an upgrade, made.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the store, after checking all of it. What was there is kept beside it.

    Afterwards every unfinished write is in doubt and nothing is sent until `store adopt`.
    """
    from servicedesk_core.machine import upkeep  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.confirm(f"Replace the store by {source}? Stop other processes of this desk first.", yes=yes)
    done = upkeep.restore(cli.config, source)

    def shown() -> None:
        cli.out.print(f"Restored {done.store} from {source}.")
        if done.kept:
            cli.out.print(f"What was there is kept: {done.kept}")
        cli.out.print(f"Writes in doubt: {done.in_doubt}. Nothing is sent until: servicedesk store adopt")
        if done.messages_dropped or done.pages_ended:
            old = f"messages to people dropped: {done.messages_dropped}, pages ended: {done.pages_ended}"
            cli.out.print(f"Nobody is woken for what is old; {old}.")

    cli.emit("store.restore", done, as_json=as_json, show=shown)


ADOPTING = """Adopting means: this store, and no copy of it, sends writes from now on.
Writes in doubt stay in doubt: each is looked up at the vendor, or decided by you; none is sent again without proof
that the vendor does not have it. What was written after a backup was made is not in a store restored from it: what a
program wants to write again, look at first."""


def adopt(ctx: typer.Context, yes: Yes = False, as_json: Json = False) -> None:
    """Show what is unfinished in a restored or copied store, and let it send again.

    Afterwards, writes that are queued later are sent to the vendors.
    """
    from servicedesk_core.machine import upkeep  # noqa: PLC0415
    from servicedesk_core.people import Actor, Way  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = upkeep.adoption(cli.config)
    if found.why is None:
        cli.emit("store.adopt", found, as_json=as_json, show=lambda: cli.out.print("Sending is on; nothing to adopt."))
        return
    cli.say(f"Sending is off: {found.why}")
    for write in found.unfinished:
        cli.say(f"  {write.id}  {write.state}  {write.kind}  {write.connection}  {write.label}")
    cli.say(f"  unfinished: {len(found.unfinished)}\n{ADOPTING}")
    cli.confirm("Adopt this store?", yes=yes)
    done = upkeep.adopt(cli.config, actor=str(Actor.of_account(Way.CLI)))
    cli.emit("store.adopt", done, as_json=as_json, show=lambda: cli.out.print("Adopted. Sending is on."))


def upgrade(ctx: typer.Context, yes: Yes = False, as_json: Json = False) -> None:
    """Bring the store's schema up to date, after a backup."""
    from servicedesk_core.machine import upkeep  # noqa: PLC0415

    cli: Cli = ctx.obj
    if not upkeep.is_current(cli.config):
        cli.confirm("Upgrade the store now? Stop other processes of this desk first.", yes=yes)
    done = upkeep.upgrade(cli.config)

    def shown() -> None:
        cli.out.print(f"The store {done.store} has schema {done.schema}.")

    cli.emit("store.upgrade", done, as_json=as_json, show=shown)
