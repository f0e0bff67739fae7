"""``servicedesk writes``: the outbox."""

import typer

from servicedesk_core.cli.writes import deciding, reading


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="What was proposed, sent and confirmed at vendors.", no_args_is_help=True)
    group.command("list")(reading.list_writes)
    group.command("show")(reading.show)
    group.command("approve")(deciding.approve)
    group.command("edit")(deciding.edit)
    group.command("run")(deciding.run)
    group.command("retry")(deciding.retry)
    group.command("discard")(deciding.discard)
    group.command("resolve")(deciding.resolve)
    group.command("revert")(deciding.revert)
    app.add_typer(group, name="writes")
