"""``servicedesk mapping``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain

if TYPE_CHECKING:
    from servicedesk_core.connectors.tabular.inspect import MappingCheck


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Mappings of files.", no_args_is_help=True)
    group.callback()(_group)
    group.command("check")(check)
    app.add_typer(group, name="mapping")


def _group() -> None:
    """Keep ``check`` a subcommand although it is the only one."""


def check(
    ctx: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help="A CSV or JSON-lines file, also gzipped.")],
    mapping: Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="Use this mapping file.")] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Use the mapping of this connection.")] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write the mapping to a new file.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=100, help="Show so many mapped rows.")] = 5,
    as_json: Json = False,
) -> None:
    """Show how a file would be mapped, and every column that would be ignored.

    Without --mapping and --connection a mapping is proposed. The rows are shown: it is your own data.
    """
    from servicedesk_core.files import replace_file  # noqa: PLC0415
    from servicedesk_core.machine.mappings import check_file  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = check_file(file, mapping=mapping, config=cli.config, connection=connection, rows=rows)
    if write is not None:
        if write.exists():
            cli.confirm(f"{write} exists already. Replace it?", yes=False)
        replace_file(write, found.toml.encode())
        cli.say(f'Written to {write}. Name it in the configuration: mapping_file = "{write}"')
    cli.emit("mapping.check", found, as_json=as_json, show=lambda: _show(cli, found))


def _show(cli: Cli, found: "MappingCheck") -> None:
    if found.proposed:
        cli.out.print(f"Proposed mapping:\n\n{found.toml}")
    for note in found.notes:
        cli.out.print(f"Look at this: {plain(note)}")
    cli.facts(
        [
            ("Rows", found.rows),
            ("Become", found.stream),
            ("Tickets", found.tickets or None),
            ("Repeated rows", found.repeated or None),
            ("Ignored columns", found.ignored or "none"),
        ]
    )
    for record in found.preview:
        cli.facts((name, str(value) if isinstance(value, float) else value) for name, value in record.items())
    if found.problems:
        lines = [(p.count, p.text, ", ".join(map(str, p.lines))) for p in found.problems]
        cli.table(("Rows", "Problem", "First lines"), lines)
