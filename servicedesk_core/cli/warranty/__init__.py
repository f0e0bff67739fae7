"""``servicedesk warranty``."""

import typer

from servicedesk_core.cli.warranty import asking, reporting


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("lookup")(asking.lookup)
    group.command("report")(reporting.report)
