"""How covers look in a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.features.claims import ClaimRow
from servicedesk_core.features.warranty.lookup.run import LookupReport
from servicedesk_core.features.warranty.model import (
    TOLD,
    CoverRow,
    DeviceDetail,
    DeviceList,
    ExpiringList,
    MissedClaim,
    MissedList,
    SourceRow,
)
from servicedesk_core.features.warranty.spreadsheet import ImportReport
from servicedesk_core.features.warranty.tables.report import WarrantyReport
from servicedesk_core.wording import counted

NO_ASSET = "The desk holds no device yet: sync a PSA that has some, or name serial numbers."
NO_SUCH_ASSET = "No device of the desk fits: --asset takes names, ids and serial numbers, --company a name or an id."

if TYPE_CHECKING:
    from servicedesk_core.features.warranty.actions import DeviceParts, WrittenDates
    from servicedesk_core.features.warranty.rules import DateChange

_NARROW = Narrow(
    cut={"Serial number": 14, "Device": 16, "Client": 12, "Level": 12, "Source": 11},
    wraps=frozenset({"Note"}),
    spare=("Answered", "Source", "Level"),
)


def day(when: object) -> str | None:
    """Return a day as a table shows it."""
    return None if when is None else str(when)


def covers(terminal: Terminal, rows: Sequence[CoverRow], *, empty: str) -> None:
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
    terminal.table(columns, cells, empty=empty, narrow=_NARROW)


def _note(row: CoverRow) -> str | None:
    shipped = f"Shipped on {row.shipped_on}." if row.shipped_on else None
    end = f"The maker supports it until {row.supported_until}." if row.supported_until else None
    retired = "The PSA calls it retired." if row.is_retired else None
    return " ".join(filter(None, (row.reason, shipped, end, retired))) or None


def expiring(terminal: Terminal, found: ExpiringList) -> None:
    """Print which covers end, how many that are, and of how many devices nobody knows."""
    covers(terminal, found.items, empty="No cover ends that soon.")
    unknown = sum(count for state, count in found.states.items() if state not in TOLD)
    ending = f"{counted(found.ending, 'cover ends', 'covers end')} within {counted(found.within_days, 'day')}"
    hint = f"nobody knows of {counted(unknown, 'device')}: servicedesk warranty lookup --all" if unknown else ""
    terminal.say("; ".join(filter(None, (ending, hint, left_out(found.retired)))) + ".")


def devices(terminal: Terminal, found: DeviceList) -> None:
    """Print how devices stand, and how many stand how."""
    covers(terminal, found.items, empty="No device stands so.")
    told = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in found.states.items())
    terminal.say(f"Of all: {told}." if told else "The desk holds no device.")


def device(terminal: Terminal, found: DeviceDetail) -> None:
    """Print how a device is covered, and by whose word."""
    covers(terminal, (found.device, *found.others), empty="")
    terminal.line()
    terminal.rows(SourceRow, found.sources, empty="No source says anything of it.")
    if found.claims:
        terminal.line()
        terminal.rows(ClaimRow, found.claims)


def missed(terminal: Terminal, found: MissedList) -> None:
    """Print what was never claimed, and how the number comes about."""
    looked_at = found.claimed + found.not_covered + found.unknown
    empty = "No missed claim." if looked_at else "No hardware incident of a known device."
    terminal.rows(MissedClaim, found.items, empty=empty)
    terminal.say(
        f"{found.missed:,} without a claim, {found.claimed:,} claimed, {found.not_covered:,} not covered, "
        f"{found.unknown:,} not known; left out: {counted(found.not_hardware, 'incident')} not about hardware, "
        f"{found.without_device:,} without a device, {found.retired:,} of retired devices (--retired)."
    )


def left_out(retired: int) -> str:
    """Return what to say of retired devices that are not in a list; empty when there are none."""
    return f"{counted(retired, 'retired device')} left out (--retired)" if retired else ""


def lookup(terminal: Terminal, found: LookupReport, empty: str) -> None:
    """Print what manufacturers answered, and how many requests that took."""
    covers(terminal, found.rows, empty=empty)
    if found.is_cut:
        terminal.say(f"{counted(found.devices - len(found.rows), 'more device')}: --csv prints all.")
    if found.states:
        terminal.say(", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in found.states.items()))
    for one in found.makers:
        if one.recognised and (not one.problem or one.calls):
            calls = counted(one.calls, "call")
            terminal.say(
                f"{one.connection}: {one.asked:,} of {one.recognised:,} asked in {calls}, {one.new:,} new, "
                f"{one.changed:,} changed, {one.fresh:,} looked up lately"
            )
    if found.retired:
        terminal.say(f"{left_out(found.retired)}.")


def report(terminal: Terminal, found: WarrantyReport) -> None:
    """Print the report on covers and claims."""
    terminal.say(f"{found.client.name if found.client else found.desk}, {found.day}")
    states = [(state.replace("_", " "), count) for state, count in found.states.items()]
    terminal.table(("Devices", "Count"), states, empty="No device: sync a PSA, or servicedesk warranty import FILE.")
    terminal.table(("Cover ends within days", "Devices"), list(found.ending.items()))
    claims = [(one.state.value.replace("_", " "), one.count, *one.by_age) for one in found.claims.states]
    terminal.table(("Claims", "Count", "to 7 days", "to 30", "to 90", "older"), claims, empty="No claim was made yet.")
    decided = found.claims.approved + found.claims.denied
    rate = f"{found.claims.approved:,} of {decided:,} decided approved" if decided else "nothing decided"
    overdue = counted(found.claims.overdue_parts, "part")
    terminal.say(f"{counted(found.claims.submitted, 'claim')} submitted, {rate}, {overdue} overdue")
    unknown = counted(found.missed_unknown, "ticket of a device", "tickets of devices")
    terminal.say(f"{counted(found.missed, 'missed claim')} of all time, {unknown} that nobody knows")
    if found.with_costs:
        money = [
            (r.month, r.manufacturer, f"{r.approved:z,.2f}", f"{r.issued:z,.2f}", r.currency)
            for r in found.claims.recovered
        ]
        columns = ("Month", "Manufacturer", "Approved", "Issued", "Currency")
        terminal.table(columns, money, empty="No money came back yet: no manufacturer has agreed to a credit.")
    if found.retired:
        terminal.say(f"{left_out(found.retired)}.")


def parts(terminal: Terminal, found: "DeviceParts") -> None:
    """Print the parts of a device."""
    rows = [
        (part.number, part.description or "", part.level.replace("_", " "), ", ".join(part.substitutes))
        for part in found.parts
    ]
    columns = ("Part", "Description", "Fits", "Substitutes")
    terminal.table(columns, rows, empty=f"{found.connection} names no part of this device.")
    if rows:
        terminal.say(f"{counted(len(rows), 'part')}, by {found.connection}.")


def imported(terminal: Terminal, found: ImportReport) -> None:
    """Print what was taken from a file, and what was left out and why."""
    columns = [(name, column, found.dates.get(column)) for name, column in found.columns.items()]
    terminal.table(("Field", "Column", "Dates"), columns)
    if found.unused:
        terminal.say(f"Not used: {', '.join(found.unused)}.")
    if found.bad:
        terminal.table(("Line", "Left out because"), [(row.line, row.reason) for row in found.bad])
    if found.doubtful:
        terminal.table(("Line", "Look at it again"), [(row.line, row.reason) for row in found.doubtful])
    told = "would be stored" if found.is_dry_run else "stored"
    terminal.say(
        f"{counted(found.rows, 'row')}, {counted(found.devices, 'device')} {told}, {found.assets:,} of them assets; "
        f"{counted(found.left_out, 'row')} left out."
    )
    if not found.is_dry_run:
        terminal.say(f"{found.new:,} new, {found.changed:,} changed, {found.unchanged:,} unchanged.")


def date_changes(terminal: Terminal, changes: "Sequence[DateChange]") -> None:
    """Print which dates would be written into which assets."""
    columns = ("PSA", "Asset", "Client", "Serial number", "Now", "New", "Source")
    rows = [
        (c.connection, c.asset, c.company, c.serial_number, str(c.before or "(empty)"), str(c.after), c.origin)
        for c in changes
    ]
    terminal.table(columns, rows, empty="No date to write: every PSA that is connected shows what the makers say.")


def written_dates(terminal: Terminal, done: "WrittenDates") -> None:
    """Print what became of the writes, or what would be written."""
    if not done.writes:
        date_changes(terminal, done.changes)
        return
    rows = [(write.id, write.label, write.state.value, write.error) for write in done.writes]
    terminal.table(("Write", "Asset", "State", "Problem"), rows)
