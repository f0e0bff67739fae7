"""``servicedesk warranty report``: from the store alone."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.warranty.options import Csv, Retired
from servicedesk_core.cli.warranty.options import as_csv as print_csv


def report(
    ctx: typer.Context,
    *,
    company: Annotated[
        str | None, typer.Option("--company", metavar="NAME", help="Only this client, and nothing of any other.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page.")] = None,
    with_costs: Annotated[bool, typer.Option("--with-costs", help="Money in a client's report too.")] = False,
    with_missed: Annotated[
        bool,
        typer.Option("--with-missed", help="What was never claimed on a client's page too: for you, not for them."),
    ] = False,
    retired: Retired = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Report covers and claims: how devices stand, what ends, how many claims were approved, what came back."""
    cli: Cli = ctx.obj
    costs = True if with_costs or company is None else None
    found = cli.with_desk(
        lambda desk: desk.warranty.report(company=company, with_costs=costs, retired=retired), read_only=True
    )
    if html is not None:
        from servicedesk_core.features.warranty import html as page  # noqa: PLC0415
        from servicedesk_core.files import replace_file  # noqa: PLC0415

        replace_file(html, page.render(found, with_missed=with_missed).encode())
        cli.say(f"Written to {html}.")
        if not as_json and not as_csv:
            return None
    if as_csv and found.client is not None:
        return print_csv(found.device_rows)
    if as_csv:
        from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
        from servicedesk_core.features.claims.tables.counting import Recovered  # noqa: PLC0415

        return write_csv(Recovered, found.claims.recovered)
    from servicedesk_core.features.warranty import pages  # noqa: PLC0415

    return cli.emit("warranty.report", found, as_json=as_json, show=lambda: pages.report(cli, found))
