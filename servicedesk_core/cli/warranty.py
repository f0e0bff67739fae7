"""``servicedesk warranty``."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servicedesk_core.reports.warranty import WarrantyReport
    from servicedesk_core.runtime import ServiceDesk
    from servicedesk_core.warranty.dates import DateChange
    from servicedesk_core.warranty.importing import ImportReport
    from servicedesk_core.warranty.lookup import LookupReport
    from servicedesk_core.warranty.rows import CoverRow

_SHOWN = 1_000
_EVERY = 10_000_000

Csv = Annotated[bool, typer.Option("--csv", help="Print the rows as CSV, and nothing else.")]
Company = Annotated[str | None, typer.Option("--company", help="Only this client, by name or id.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Warranty: what is covered, what ends, what was never claimed.", no_args_is_help=True)
    group.command("lookup")(lookup)
    group.command("parts")(parts)
    group.command("expiring")(expiring)
    group.command("missed")(missed)
    group.command("report")(report)
    group.command("import")(import_file)
    group.command("write-dates")(write_dates)
    app.add_typer(group, name="warranty")


def lookup(
    ctx: typer.Context,
    serials: Annotated[list[str] | None, typer.Argument(metavar="SERIAL…", help="Serial numbers.")] = None,
    *,
    asset: Annotated[
        list[str] | None, typer.Option("--asset", help="An asset by name, serial number, reference number or id.")
    ] = None,
    company: Annotated[str | None, typer.Option("--company", help="All assets of a client, by name or id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All assets.")] = False,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Devices in a CSV or JSONL file: serial number, manufacturer, …"),
    ] = None,
    maker: Annotated[str, typer.Option("--maker", help="Who made the named devices.")] = "",
    product: Annotated[
        str | None, typer.Option("--product", help="Product number, where a serial is ambiguous.")
    ] = None,
    machine_type: Annotated[
        str | None, typer.Option("--machine-type", help="Machine type, where a serial is ambiguous.")
    ] = None,
    country: Annotated[str | None, typer.Option("--country", help="ISO code of the country, where needed.")] = None,
    connection: Annotated[list[str] | None, typer.Option("--connection", help="Ask only this one.")] = None,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age", metavar="SPAN", help="Ask again what is older: 7d, 0d = everything [default: by end]."
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Ask the manufacturers what is covered, in batches, and keep the answers. Only reads there.

    One serial number that a maker does not know spoils nothing; an error takes nothing away that was known.
    """
    from servicedesk_core.domain.warranty import DeviceRef  # noqa: PLC0415
    from servicedesk_core.warranty.importing import read_devices  # noqa: PLC0415

    cli: Cli = ctx.obj
    if country is not None and not (len(country) == 2 and country.isalpha()):  # noqa: PLR2004  # ISO 3166-1
        raise SettingsError(f'"{country}" is no code of a country.', hint="Write for example US or DE.")
    hints = {"product_number": product, "machine_type": machine_type, "country": country.upper() if country else None}
    named = [DeviceRef(manufacturer=maker, serial_number=serial or " ", **hints) for serial in serials or ()]
    if file is not None:
        named += read_devices(file, {})
        if not named:
            raise SettingsError(f"{file} names no device.", hint="It needs a column with serial numbers.")
    age = None if max_age is None else _span(max_age)
    found = cli.with_desk(
        lambda desk: desk.warranty.lookup(
            named, assets=tuple(asset or ()), company=company, everything=everything, max_age=age,
            connections=tuple(connection or ()), rows=_EVERY if as_json or as_csv else _SHOWN,
            progress=lambda seen: cli.say(f"{counted(seen, 'device')} looked at") if seen > _SHOWN else None,
        )
    )  # fmt: skip
    if as_csv:
        _csv(found.rows)
    else:
        empty = _NO_SUCH_ASSET if asset or company else _NO_ASSET
        cli.emit("warranty.lookup", found, as_json=as_json, show=lambda: _show_lookup(cli, found, empty))
    for one in found.makers:
        if one.problem:
            cli.warn(f"[{one.connection}] {one.problem}" + (f"\n  → {one.hint}" if one.hint else ""))
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def parts(
    ctx: typer.Context,
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Serial number of the device.")],
    *,
    maker: Annotated[str, typer.Option("--maker", help="Who made it.")] = "",
    machine_type: Annotated[
        str | None, typer.Option("--machine-type", help="Machine type, where a serial is ambiguous.")
    ] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Ask this one.")] = None,
    as_json: Json = False,
) -> None:
    """List the service parts of a device, as its manufacturer knows them: the numbers that a claim names."""
    from servicedesk_core.domain.warranty import DeviceRef  # noqa: PLC0415

    cli: Cli = ctx.obj
    device = DeviceRef(manufacturer=maker, serial_number=serial or " ", machine_type=machine_type)
    found = cli.with_desk(lambda desk: desk.warranty.parts(device, connection=connection))
    columns = ("Part", "Description", "Fits", "Substitutes")
    rows = [
        (part.number, part.description or "", part.level.replace("_", " "), ", ".join(part.substitutes))
        for part in found.parts
    ]

    def shown() -> None:
        cli.table(columns, rows, empty=f"{found.connection} names no part of this device.")
        if rows:
            cli.say(f"{counted(len(rows), 'part')}, by {found.connection}.")

    cli.emit("warranty.parts", found, as_json=as_json, show=shown)


def expiring(
    ctx: typer.Context,
    within: Annotated[
        str, typer.Option("--within", metavar="SPAN", help="How far to look ahead: 30d, 12w, 1y.")
    ] = "90d",
    company: Company = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List devices whose cover ends soon, from the store alone."""
    cli: Cli = ctx.obj
    span = _span(within)
    found = cli.with_desk(lambda desk: desk.warranty.expiring(span, company=company), read_only=True)
    if as_csv:
        return _csv(found.rows)

    def show() -> None:
        _show_rows(cli, found.rows, empty="No cover ends that soon.")
        unknown = sum(count for state, count in found.states.items() if state not in {"covered", "expired", "upcoming"})
        ending = f"{counted(len(found.rows), 'cover ends', 'covers end')} within {counted(found.within_days, 'day')}"
        hint = f"; nobody knows of {counted(unknown, 'device')}: servicedesk warranty lookup --all" if unknown else ""
        cli.say(f"{ending}{hint}.")

    return cli.emit("warranty.expiring", found, as_json=as_json, show=show)


def missed(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="SPAN", help="Only tickets of the last so many days: 365d.")
    ] = None,
    company: Company = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """List hardware work on covered devices for which nothing was claimed."""
    from servicedesk_core.clock import SystemClock  # noqa: PLC0415

    cli: Cli = ctx.obj
    begin = None if since is None else SystemClock().now() - _span(since)
    found = cli.with_desk(lambda desk: desk.warranty.missed(since=begin, company=company), read_only=True)
    if as_csv:
        from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
        from servicedesk_core.warranty.lists import MissedClaim  # noqa: PLC0415

        return write_csv(MissedClaim, found.rows)

    def show() -> None:
        columns = ("Ticket", "Title", "Client", "Device", "Serial number", "Failed on", "Covered until", "Source")
        cells = [
            (r.ticket, r.title, r.company, r.asset, r.serial_number, _day(r.failed_on), _day(r.until), r.source)
            for r in found.rows
        ]
        looked_at = found.claimed + found.not_covered + found.unknown
        cli.table(columns, cells, empty="No missed claim." if looked_at else "No hardware incident of a known device.")
        cli.say(
            f"{len(found.rows):,} without a claim, {found.claimed:,} claimed, {found.not_covered:,} not covered, "
            f"{found.unknown:,} not known; left out: {counted(found.not_hardware, 'incident')} not about hardware, "
            f"{found.without_device:,} without a device."
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
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Report covers and claims: how devices stand, what ends, how many claims were approved, what came back."""
    cli: Cli = ctx.obj
    costs = True if with_costs or company is None else None
    found = cli.with_desk(lambda desk: desk.warranty.report(company=company, with_costs=costs), read_only=True)
    if html is not None:
        from servicedesk_core.reports import warranty_html  # noqa: PLC0415
        from servicedesk_core.runtime.files import replace_file  # noqa: PLC0415

        replace_file(html, warranty_html.render(found).encode())
        cli.say(f"Written to {html}.")
        if not as_json and not as_csv:
            return None
    if as_csv:
        from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
        from servicedesk_core.store.queries.claims import Recovered  # noqa: PLC0415

        return _csv(found.device_rows) if found.client else write_csv(Recovered, found.claims.recovered)
    return cli.emit("warranty.report", found, as_json=as_json, show=lambda: _show_report(cli, found))


def import_file(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSONL, one row for each cover.")],
    *,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="FIELD=NAME", help="Which column feeds a field, where the proposal is wrong."),
    ] = None,
    dates: Annotated[
        str | None, typer.Option("--dates", help="day-first, month-first, year-first, or a pattern such as %d.%m.%Y.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Take covers from a spreadsheet, before any manufacturer's key exists.

    It is the least trusted source: a manufacturer that is asked later is believed instead.
    """
    cli: Cli = ctx.obj
    declared = dict(_pair(text) for text in column or ())
    found = cli.with_desk(lambda desk: desk.warranty.import_file(file, columns=declared, dates=dates, dry_run=dry_run))
    cli.emit("warranty.import", found, as_json=as_json, show=lambda: _show_import(cli, found))


def write_dates(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Only into this PSA.")] = None,
    company: Company = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Write dates that a manufacturer stated into the PSA's assets. CHANGES YOUR PSA, after you agreed.

    Twenty at a time: the next run shows the next ones. Each is a write like any other: it needs the grant
    assets.update, is refused when the PSA shows another date by then, and "servicedesk writes revert" takes it back.
    """
    from servicedesk_core.cli.write_output import exit_code  # noqa: PLC0415
    from servicedesk_core.runtime.warranty import WrittenDates  # noqa: PLC0415

    cli: Cli = ctx.obj

    def ask(changes: "Sequence[DateChange]") -> None:
        _changes(cli, changes, to=cli.err if as_json else cli.out)
        cli.confirm(
            f"Write {counted(len(changes), 'date')} into {', '.join(sorted({c.connection for c in changes}))}?", yes=yes
        )

    async def work(desk: "ServiceDesk") -> WrittenDates:
        changes = await desk.warranty.date_changes(connection=connection, company=company)
        if dry_run or not changes:
            return WrittenDates(changes)
        ask(changes)
        return WrittenDates(changes, await desk.warranty.write_dates(changes))

    done = cli.with_desk(work, read_only=dry_run)

    def show() -> None:
        if not done.writes:
            return _changes(cli, done.changes, to=cli.out)
        rows = [(write.id, write.label, write.state.value, write.error) for write in done.writes]
        return cli.table(("Write", "Asset", "State", "Problem"), rows)

    cli.emit("warranty.write-dates", done, as_json=as_json, show=show)
    for hint in dict.fromkeys(write.hint for write in done.writes if write.hint and write.state.value != "confirmed"):
        cli.warn(f"→ {hint}")
    if code := exit_code(done.writes):
        raise typer.Exit(code)


def _span(text: str) -> timedelta:
    from servicedesk_core.warranty.lists import span_of  # noqa: PLC0415

    try:
        return span_of(text)
    except ValueError as error:
        raise SettingsError(f"{error}.") from None


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise SettingsError(
            f'"{text}" names no field and column.', hint='Write for example --column ends_on="Expires".'
        )
    return name, value


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _csv(rows: "Sequence[CoverRow]") -> None:
    from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
    from servicedesk_core.warranty.rows import CoverRow  # noqa: PLC0415

    write_csv(CoverRow, rows, without=("covers", "gaps"))


def _show_rows(cli: Cli, rows: "Sequence[CoverRow]", *, empty: str) -> None:
    columns = ("Serial number", "Device", "Client", "State", "Until", "Level", "Source", "Answered", "Note")
    cells = [
        (
            row.serial_number,
            " · ".join(part for part in (row.name, row.manufacturer, row.model) if part),
            row.company,
            row.state.value.replace("_", " "),
            "for life" if row.is_lifetime and row.state == "covered" else _day(row.until),
            row.level,
            f"{row.source}: {row.origin}" if row.source else None,
            row.answered_at,
            _note(row),
        )
        for row in rows
    ]
    cli.table(columns, cells, empty=empty)


def _note(row: "CoverRow") -> str | None:
    end = f"The maker supports it until {row.supported_until}." if row.supported_until else None
    return " ".join(filter(None, (row.reason, end))) or None


_NO_ASSET = "The desk holds no device yet: sync a PSA that has some, or name serial numbers."
_NO_SUCH_ASSET = "No device of the desk fits: --asset takes names, ids and serial numbers, --company a name or an id."


def _show_lookup(cli: Cli, found: "LookupReport", empty: str) -> None:
    _show_rows(cli, found.rows, empty=empty)
    if found.is_cut:
        cli.say(f"{counted(found.devices - len(found.rows), 'more device')}: --csv prints all.")
    if found.states:
        cli.say(", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in found.states.items()))
    for one in found.makers:
        if one.recognised and (not one.problem or one.calls):
            calls = counted(one.calls, "call")
            cli.say(
                f"{one.connection}: {one.asked:,} of {one.recognised:,} asked in {calls}, {one.new:,} new, "
                f"{one.changed:,} changed, {one.fresh:,} looked up lately"
            )


def _show_report(cli: Cli, found: "WarrantyReport") -> None:
    cli.say(f"{found.client.name if found.client else found.desk}, {found.day}")
    states = [(state.replace("_", " "), count) for state, count in found.states.items()]
    cli.table(("Devices", "Count"), states, empty="No device: sync a PSA, or servicedesk warranty import FILE.")
    cli.table(("Cover ends within days", "Devices"), list(found.ending.items()))
    claims = [(one.state.value.replace("_", " "), one.count, *one.by_age) for one in found.claims.states]
    cli.table(("Claims", "Count", "to 7 days", "to 30", "to 90", "older"), claims, empty="No claim was made yet.")
    rate = "nothing decided" if found.claims.approval_rate is None else f"{found.claims.approval_rate:.0%} approved"
    overdue = counted(found.claims.overdue_parts, "part")
    cli.say(f"{counted(found.claims.submitted, 'claim')} submitted, {rate}, {overdue} overdue")
    unknown = counted(found.missed_unknown, "ticket of a device", "tickets of devices")
    cli.say(f"{counted(found.missed, 'missed claim')}, {unknown} that nobody knows")
    if found.with_costs:
        money = [
            (r.month, r.maker, f"{r.approved:,.2f}", f"{r.issued:,.2f}", r.currency) for r in found.claims.recovered
        ]
        columns = ("Month", "Manufacturer", "Approved", "Issued", "Currency")
        cli.table(columns, money, empty="No money came back yet: no manufacturer has agreed to a credit.")


def _show_import(cli: Cli, found: "ImportReport") -> None:
    columns = [(name, column, found.dates.get(column)) for name, column in found.columns.items()]
    cli.table(("Field", "Column", "Dates"), columns)
    if found.unused:
        cli.say(f"Not used: {', '.join(found.unused)}.")
    if found.bad:
        cli.table(("Line", "Left out because"), [(row.line, row.reason) for row in found.bad])
    told = "would be stored" if found.is_dry_run else "stored"
    cli.say(
        f"{counted(found.rows, 'row')}, {counted(found.devices, 'device')} {told}, {found.assets:,} of them assets; "
        f"{counted(found.left_out, 'row')} left out."
    )
    if not found.is_dry_run:
        cli.say(f"{found.new:,} new, {found.changed:,} changed, {found.unchanged:,} unchanged.")


def _changes(cli: Cli, changes: "Sequence[DateChange]", *, to: "Console") -> None:
    columns = ("PSA", "Asset", "Client", "Serial number", "Now", "New", "Source")
    rows = [
        (c.connection, c.asset, c.company, c.serial_number, _day(c.before) or "(empty)", _day(c.after), c.origin)
        for c in changes
    ]
    cli.table(columns, rows, to=to, empty="No date to write: every PSA that is connected shows what the makers say.")
