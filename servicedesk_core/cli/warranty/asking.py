"""``servicedesk warranty lookup``: what is asked of manufacturers."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.warranty.options import Csv, Retired
from servicedesk_core.cli.warranty.options import as_csv as print_csv
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces.spans import span_of
from servicedesk_core.wording import counted

_SHOWN = 1_000
_EVERY = 10_000_000


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
    manufacturer: Annotated[str, typer.Option("--manufacturer", help="Who made the named devices.")] = "",
    maker: Annotated[str, typer.Option("--maker", hidden=True)] = "",  # what scripts called it before
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
    retired: Retired = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Ask the manufacturers what is covered, in batches, and keep the answers. Only reads there.

    One serial number that a maker does not know spoils nothing; an error takes nothing away that was known.
    """
    from servicedesk_core.domain.warranty import DeviceRef  # noqa: PLC0415
    from servicedesk_core.features.warranty.spreadsheet import read_devices  # noqa: PLC0415

    cli: Cli = ctx.obj
    if country is not None and not (len(country) == 2 and country.isalpha()):  # noqa: PLR2004  # ISO 3166-1
        raise SettingsError(f'"{country}" is no code of a country.', hint="Write for example US or DE.")
    hints = {"product_number": product, "machine_type": machine_type, "country": country.upper() if country else None}
    named = [
        DeviceRef(manufacturer=manufacturer or maker, serial_number=serial or " ", **hints) for serial in serials or ()
    ]
    if file is not None:
        named += read_devices(file, {})
        if not named:
            raise SettingsError(f"{file} names no device.", hint="It needs a column with serial numbers.")
    age = None if max_age is None else span_of(max_age)
    found = cli.with_desk(
        lambda desk: desk.warranty.lookup(
            named, assets=tuple(asset or ()), company=company, everything=everything, max_age=age,
            connections=tuple(connection or ()), retired=retired, rows=_EVERY if as_json or as_csv else _SHOWN,
            progress=lambda seen: cli.say(f"{counted(seen, 'device')} looked at") if seen > _SHOWN else None,
        )
    )  # fmt: skip
    if as_csv:
        print_csv(found.rows)
    else:
        from servicedesk_core.features.warranty import pages  # noqa: PLC0415

        empty = pages.NO_SUCH_ASSET if asset or company else pages.NO_ASSET
        cli.emit("warranty.lookup", found, as_json=as_json, show=lambda: pages.lookup(cli, found, empty))
    if not found.makers:
        cli.warn("Nobody was asked: no connection can look up.\n  → servicedesk connections requirements NAME")
    for one in found.makers:
        if one.problem:
            cli.warn(f"[{one.connection}] {one.problem}" + (f"\n  → {one.hint}" if one.hint else ""))
    if found.exit_code:
        raise typer.Exit(found.exit_code)
