"""``servicedesk writes``: what is decided about the outbox."""

import typer

from servicedesk_core.cli.writes import deciding


def register(group: typer.Typer) -> None:
    """Add the commands to those that are derived."""
    group.command("approve")(deciding.approve)
    group.command("edit")(deciding.edit)
    group.command("run")(deciding.run)
    group.command("retry")(deciding.retry)
    group.command("discard")(deciding.discard)
    group.command("resolve")(deciding.resolve)
    group.command("revert")(deciding.revert)
