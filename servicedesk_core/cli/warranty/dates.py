"""``servicedesk warranty write-dates``: dates to the PSA."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.warranty.options import Company, Retired
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.features.warranty.rules import DateChange


def write_dates(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Only into this PSA.")] = None,
    company: Company = None,
    retired: Retired = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many at a time.")] = 20,
    everything: Annotated[bool, typer.Option("--all", help="All that differ, with one consent.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Write dates that a manufacturer stated into the PSA's assets. CHANGES YOUR PSA, after you agreed.

    Twenty at a time, unless asked otherwise: the next run shows the next ones. What you agreed to is sent without a
    stop, however many these are. Each is a write like any other: it needs the grant assets.update, is refused when
    the PSA shows another date by then, and "servicedesk writes revert" takes it back.
    """
    from servicedesk_core.features.warranty.actions import WrittenDates  # noqa: PLC0415
    from servicedesk_core.features.writes import exit_code  # noqa: PLC0415

    cli: Cli = ctx.obj

    def ask(changes: "Sequence[DateChange]") -> None:
        _date_changes(cli, changes, to=cli.err if as_json else cli.out)
        cli.confirm(
            f"Write {counted(len(changes), 'date')} into {', '.join(sorted({c.connection for c in changes}))}?", yes=yes
        )

    async def work(desk: "ServiceDesk") -> WrittenDates:
        changes = await desk.warranty.date_changes(
            connection=connection, company=company, retired=retired, limit=None if everything else limit
        )
        if dry_run or not changes:
            return WrittenDates(changes)
        ask(changes)
        return WrittenDates(changes, await desk.warranty.write_dates(changes))

    done = cli.with_desk(work, read_only=dry_run)

    def show() -> None:
        if not done.writes:
            return _date_changes(cli, done.changes, to=cli.out)
        rows = [(write.id, write.label, write.state.value, write.error) for write in done.writes]
        return cli.table(("Write", "Asset", "State", "Problem"), rows)

    cli.emit("warranty.write-dates", done, as_json=as_json, show=show)
    for hint in dict.fromkeys(write.hint for write in done.writes if write.hint and write.state.value != "confirmed"):
        cli.warn(f"→ {hint}")
    if code := exit_code(done.writes):
        raise typer.Exit(code)


def _date_changes(cli: Cli, changes: "Sequence[DateChange]", *, to: "Console") -> None:
    """Print which dates would be written into which assets."""
    columns = ("PSA", "Asset", "Client", "Serial number", "Now", "New", "Source")
    rows = [
        (
            c.connection,
            c.asset,
            c.company,
            c.serial_number,
            str(c.before or "(empty)"),
            str(c.after),
            c.origin,
        )
        for c in changes
    ]
    cli.table(columns, rows, to=to, empty="No date to write: every PSA that is connected shows what the makers say.")
