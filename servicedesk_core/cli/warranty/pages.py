"""How covers look in a terminal."""

from typing import TYPE_CHECKING

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.tables import Narrow
from servicedesk_core.cli.warranty.options import left_out
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servicedesk_core.features.warranty.lookup.run import LookupReport
    from servicedesk_core.features.warranty.rules import DateChange
    from servicedesk_core.features.warranty.spreadsheet import ImportReport
    from servicedesk_core.features.warranty.tables.report import WarrantyReport
    from servicedesk_core.features.warranty.tables.rows import CoverRow


NO_ASSET = "The desk holds no device yet: sync a PSA that has some, or name serial numbers."
NO_SUCH_ASSET = "No device of the desk fits: --asset takes names, ids and serial numbers, --company a name or an id."

_NARROW = Narrow(
    cut={"Serial number": 14, "Device": 16, "Client": 12, "Level": 12, "Source": 11},
    wraps=frozenset({"Note"}),
    spare=("Answered", "Source", "Level"),
)


def day(when: object) -> str | None:
    """Return a day as a table shows it."""
    return None if when is None else str(when)


def as_csv(rows: "Sequence[CoverRow]") -> None:
    """Print covers as CSV, and nothing else."""
    from servicedesk_core.cli.shell.csv_output import write_csv  # noqa: PLC0415
    from servicedesk_core.features.warranty.tables.rows import CoverRow  # noqa: PLC0415

    write_csv(CoverRow, rows, without=("covers", "gaps"))


def covers(cli: Cli, rows: "Sequence[CoverRow]", *, empty: str) -> None:
    """Print how devices stand; ``empty`` is said when there are none."""
    columns = ("Serial number", "Device", "Client", "State", "Until", "Level", "Source", "Answered", "Note")
    cells = [
        (
            row.serial_number,
            " · ".join(part for part in (row.name, row.manufacturer, row.model) if part),
            row.company,
            row.state.value.replace("_", " "),
            "for life" if row.is_lifetime and row.state == "covered" else day(row.until),
            row.level,
            f"{row.source}: {row.origin}" if row.source else None,
            row.answered_at,
            _note(row),
        )
        for row in rows
    ]
    cli.table(columns, cells, empty=empty, narrow=_NARROW)


def _note(row: "CoverRow") -> str | None:
    shipped = f"Shipped on {row.shipped_on}." if row.shipped_on else None
    end = f"The maker supports it until {row.supported_until}." if row.supported_until else None
    retired = "The PSA calls it retired." if row.is_retired else None
    return " ".join(filter(None, (row.reason, shipped, end, retired))) or None


def lookup(cli: Cli, found: "LookupReport", empty: str) -> None:
    """Print what manufacturers answered, and how many requests that took."""
    covers(cli, found.rows, empty=empty)
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
    if found.retired:
        cli.say(f"{left_out(found.retired)}.")


def report(cli: Cli, found: "WarrantyReport") -> None:
    """Print the report on covers and claims."""
    cli.say(f"{found.client.name if found.client else found.desk}, {found.day}")
    states = [(state.replace("_", " "), count) for state, count in found.states.items()]
    cli.table(("Devices", "Count"), states, empty="No device: sync a PSA, or servicedesk warranty import FILE.")
    cli.table(("Cover ends within days", "Devices"), list(found.ending.items()))
    claims = [(one.state.value.replace("_", " "), one.count, *one.by_age) for one in found.claims.states]
    cli.table(("Claims", "Count", "to 7 days", "to 30", "to 90", "older"), claims, empty="No claim was made yet.")
    decided = found.claims.approved + found.claims.denied
    rate = f"{found.claims.approved:,} of {decided:,} decided approved" if decided else "nothing decided"
    overdue = counted(found.claims.overdue_parts, "part")
    cli.say(f"{counted(found.claims.submitted, 'claim')} submitted, {rate}, {overdue} overdue")
    unknown = counted(found.missed_unknown, "ticket of a device", "tickets of devices")
    cli.say(f"{counted(found.missed, 'missed claim')} of all time, {unknown} that nobody knows")
    if found.with_costs:
        money = [
            (r.month, r.maker, f"{r.approved:,.2f}", f"{r.issued:,.2f}", r.currency) for r in found.claims.recovered
        ]
        columns = ("Month", "Manufacturer", "Approved", "Issued", "Currency")
        cli.table(columns, money, empty="No money came back yet: no manufacturer has agreed to a credit.")
    if found.retired:
        cli.say(f"{left_out(found.retired)}.")


def imported(cli: Cli, found: "ImportReport") -> None:
    """Print what was taken from a file, and what was left out and why."""
    columns = [(name, column, found.dates.get(column)) for name, column in found.columns.items()]
    cli.table(("Field", "Column", "Dates"), columns)
    if found.unused:
        cli.say(f"Not used: {', '.join(found.unused)}.")
    if found.bad:
        cli.table(("Line", "Left out because"), [(row.line, row.reason) for row in found.bad])
    if found.doubtful:
        cli.table(("Line", "Look at it again"), [(row.line, row.reason) for row in found.doubtful])
    told = "would be stored" if found.is_dry_run else "stored"
    cli.say(
        f"{counted(found.rows, 'row')}, {counted(found.devices, 'device')} {told}, {found.assets:,} of them assets; "
        f"{counted(found.left_out, 'row')} left out."
    )
    if not found.is_dry_run:
        cli.say(f"{found.new:,} new, {found.changed:,} changed, {found.unchanged:,} unchanged.")


def date_changes(cli: Cli, changes: "Sequence[DateChange]", *, to: "Console") -> None:
    """Print which dates would be written into which assets."""
    columns = ("PSA", "Asset", "Client", "Serial number", "Now", "New", "Source")
    rows = [
        (c.connection, c.asset, c.company, c.serial_number, day(c.before) or "(empty)", day(c.after), c.origin)
        for c in changes
    ]
    cli.table(columns, rows, to=to, empty="No date to write: every PSA that is connected shows what the makers say.")
