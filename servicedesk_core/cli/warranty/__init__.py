"""``servicedesk warranty``."""

import typer

from servicedesk_core.cli.warranty import asking, dates, lists


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Warranty: what is covered, what ends, what was never claimed.", no_args_is_help=True)
    group.command("lookup")(asking.lookup)
    group.command("parts")(asking.parts)
    group.command("expiring")(lists.expiring)
    group.command("missed")(lists.missed)
    group.command("report")(lists.report)
    group.command("import")(dates.import_file)
    group.command("write-dates")(dates.write_dates)
    app.add_typer(group, name="warranty")
