"""``servicedesk warranty expiring``, ``missed`` and ``report``: from the store alone."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.tables import Narrow
from servicedesk_core.cli.warranty import pages
from servicedesk_core.cli.warranty.options import Company, Csv, Retired, left_out, span_of
from servicedesk_core.wording import counted

_NARROW_MISSED = Narrow(cut={"Title": 16, "Client": 12, "Device": 7}, spare=("Source", "Failed on", "Device", "Client"))


def expiring(
    ctx: typer.Context,
    within: Annotated[
        str, typer.Option("--within", metavar="SPAN", help="How far to look ahead: 30d, 12w, 1y.")
    ] = "90d",
    *,
    company: Company = None,
    retired: Retired = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List devices whose cover ends soon, from the store alone."""
    cli: Cli = ctx.obj
    span = span_of(within)
    found = cli.with_desk(lambda desk: desk.warranty.expiring(span, company=company, retired=retired), read_only=True)
    if as_csv:
        return pages.as_csv(found.rows)

    def show() -> None:
        pages.covers(cli, found.rows, empty="No cover ends that soon.")
        unknown = sum(count for state, count in found.states.items() if state not in {"covered", "expired", "upcoming"})
        ending = f"{counted(len(found.rows), 'cover ends', 'covers end')} within {counted(found.within_days, 'day')}"
        hint = f"nobody knows of {counted(unknown, 'device')}: servicedesk warranty lookup --all" if unknown else ""
        cli.say("; ".join(filter(None, (ending, hint, left_out(found.retired)))) + ".")

    return cli.emit("warranty.expiring", found, as_json=as_json, show=show)


def missed(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="SPAN", help="Only tickets of the last so many days: 365d.")
    ] = None,
    *,
    company: Company = None,
    retired: Retired = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List hardware work on covered devices for which nothing was claimed."""
    from servicedesk_core.clock import SystemClock  # noqa: PLC0415

    cli: Cli = ctx.obj
    begin = None if since is None else SystemClock().now() - span_of(since)
    found = cli.with_desk(
        lambda desk: desk.warranty.missed(since=begin, company=company, retired=retired), read_only=True
    )
    if as_csv:
        from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
        from servicedesk_core.features.warranty.tables.lists import MissedClaim  # noqa: PLC0415

        return write_csv(MissedClaim, found.rows)

    def show() -> None:
        columns = ("Ticket", "Title", "Client", "Device", "Serial number", "Failed on", "Covered until", "Source")
        cells = [
            (
                r.ticket,
                r.title,
                r.company,
                r.asset,
                r.serial_number,
                pages.day(r.failed_on),
                pages.day(r.until),
                r.source,
            )
            for r in found.rows
        ]
        looked_at = found.claimed + found.not_covered + found.unknown
        empty = "No missed claim." if looked_at else "No hardware incident of a known device."
        cli.table(columns, cells, empty=empty, narrow=_NARROW_MISSED)
        cli.say(
            f"{len(found.rows):,} without a claim, {found.claimed:,} claimed, {found.not_covered:,} not covered, "
            f"{found.unknown:,} not known; left out: {counted(found.not_hardware, 'incident')} not about hardware, "
            f"{found.without_device:,} without a device, {found.retired:,} of retired devices (--retired)."
        )

    return cli.emit("warranty.missed", found, as_json=as_json, show=show)


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
    if as_csv:
        from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
        from servicedesk_core.features.claims.tables.counting import Recovered  # noqa: PLC0415

        return pages.as_csv(found.device_rows) if found.client else write_csv(Recovered, found.claims.recovered)
    return cli.emit("warranty.report", found, as_json=as_json, show=lambda: pages.report(cli, found))
