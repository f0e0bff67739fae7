"""Covers from a spreadsheet: its columns are proposed from their names, or declared; nothing is guessed twice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.connectors.tabular import instants, reading
from servicedesk_core.connectors.tabular.opening import opened
from servicedesk_core.connectors.tabular.profile import Column, profile
from servicedesk_core.domain.warranty import (
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.domain.warranty.identity import DeviceName, merged
from servicedesk_core.domain.warranty.makers import is_same_maker
from servicedesk_core.domain.warranty.serials import doubt_about, normalise_serial, why_no_serial
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.ports import Transactions
from servicedesk_core.store.cover.assets import AssetFilter, asset_pages

ORIGIN = "spreadsheet"
"""What stands in for a connection: a newer file says something newer about a device."""

_NAMES: dict[str, tuple[str, ...]] = {
    "serial_number": ("serialnumber", "serial", "serialno", "servicetag", "assettag", "tag", "sn", "seriennummer"),
    "manufacturer": ("manufacturer", "vendor", "maker", "make", "brand", "hersteller"),
    "product_number": ("productnumber", "partnumber", "productid", "sku", "pid"),
    "machine_type": ("machinetype", "mtm"),
    "country": ("country", "countrycode"),
    "starts_on": ("warrantystart", "warrantystartdate", "startdate", "start", "shipdate", "purchasedate", "purchased"),
    "ends_on": (
        "warrantyend", "warrantyenddate", "warrantyexpirationdate", "warrantyexpiration", "warrantyexpires",
        "warrantyexpiry", "warrantyuntil", "enddate", "expirationdate", "expires", "expiry", "end", "until",
    ),
    "description": ("warranty", "warrantylevel", "servicelevel", "level", "coverage", "support", "description"),
    "contract_number": ("contract", "contractnumber", "agreement"),
}  # fmt: skip
_DATES = ("starts_on", "ends_on")
_REQUIRED = ("serial_number", "ends_on")
_COUNTRY = re.compile(r"[A-Z]{2}")
_KEPT = 20
_SHAPE = 20
"""Characters of a date, and some."""
_FORMS = {"iso": "as 2026-03-02", "day-first": "day first", "month-first": "month first", "year-first": "year first"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, or is doubtful.

    Attributes:
        line: Its line in the file.
        reason: Why; no text of the row.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do.

    Attributes:
        file: The file.
        is_dry_run: Whether nothing was stored.
        columns: By field, the column that feeds it.
        unused: Columns that feed nothing.
        dates: By column of dates, how they are read.
        rows: Rows of the file.
        devices: Devices with cover.
        assets: Of these, how many asset records have their serial numbers.
        new: Devices of which no spreadsheet had said anything before.
        changed: Devices of which this one says something else.
        unchanged: Devices of which it says the same.
        left_out: How many rows were left out.
        bad: The first of them.
        doubtful: The first of those that were taken although their serial numbers may be wrong.
    """

    file: str
    is_dry_run: bool
    columns: dict[str, str]
    unused: tuple[str, ...]
    dates: dict[str, str]
    rows: int = 0
    devices: int = 0
    assets: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    bad: tuple[BadRow, ...] = ()
    doubtful: tuple[BadRow, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What was read of a file so far."""

    rows: int = 0
    left_out: int = 0
    bad: list[BadRow] = field(default_factory=list)
    doubtful: list[BadRow] = field(default_factory=list)
    covers: dict[DeviceRef, list[Entitlement]] = field(default_factory=dict)

    def devices(self) -> dict[DeviceRef, tuple[Entitlement, ...]]:
        """Return the covers of each device; rows that spell it differently are about one."""
        whole = merged(self.covers)
        found: dict[DeviceRef, tuple[Entitlement, ...]] = {}
        for device, covers in self.covers.items():
            same = whole[DeviceName.of(device)]
            found[same] = (*found.get(same, ()), *covers)
        return found

    def leave_out(self, line: int, reason: str) -> None:
        self.left_out += 1
        _keep(self.bad, line, reason)


def _keep(rows: list[BadRow], line: int, reason: str) -> None:
    if len(rows) < _KEPT:
        rows.append(BadRow(line, reason))


def propose(names: Sequence[str]) -> dict[str, str]:
    """Return which column feeds which field, as far as the names tell; the first of several wins.

    Args:
        names: The columns of a file.
    """
    plain = {re.sub(r"[^a-z]", "", name.lower()): name for name in reversed(names)}
    found: dict[str, str] = {}
    for target, words in _NAMES.items():
        own = target.replace("_", "")
        column = next(
            (plain[word] for word in (own, *words) if word in plain and plain[word] not in found.values()), None
        )
        if column is not None:
            found[target] = column
    return found


def read_devices(path: Path, declared: Mapping[str, str]) -> list[DeviceRef]:
    """Return the devices that a file names; rows without a usable serial number are devices without one.

    Args:
        path: A CSV or JSONL file.
        declared: By field, the column that feeds it; the others are proposed.

    Raises:
        SettingsError: No column holds serial numbers, or a declared one is missing.
        ConnectorError: The file cannot be read.
    """
    found = profile(path)
    columns = _columns(path, tuple(found.columns), declared, required=("serial_number",))
    devices = []
    with opened(path) as stream:
        for row in reading.rows(stream, path, found.shape.mapping(path)):
            values = {name: row.cells.get(column, "").strip() for name, column in columns.items()}
            if values["serial_number"]:
                devices.append(_device(values))
    whole = merged(device for device in devices if not why_no_serial(device.serial_number))
    return list(dict.fromkeys(whole.get(DeviceName.of(device), device) for device in devices))


async def import_covers(
    store: Transactions,
    path: Path,
    *,
    now: datetime,
    declared: Mapping[str, str],
    dates: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Read covers from a file and store them as what a spreadsheet says.

    Args:
        store: The desk's store.
        path: A CSV or JSONL file with a row for each cover; several rows of one serial number are several covers.
        now: The current instant.
        declared: By field, the column that feeds it; the others are proposed.
        dates: How dates are read: ``day-first``, ``month-first``, ``year-first`` or a pattern; ``None`` = as they
            themselves show.
        dry_run: Only say what would happen.

    Raises:
        SettingsError: A column that is needed is missing, or the dates can be read in two ways.
        ConnectorError: The file cannot be read.
    """
    found = profile(path)
    columns = _columns(path, tuple(found.columns), declared, required=_REQUIRED)
    formats = {
        name: dates or _format(name, columns[name], found.columns[columns[name]]) for name in _DATES if name in columns
    }
    read = _Reading()
    with opened(path) as stream:
        for row in reading.rows(stream, path, found.shape.mapping(path)):
            read.rows += 1
            if row.problem:
                read.leave_out(row.line, row.problem)
                continue
            _take(read, row.line, {n: row.cells.get(c, "").strip() for n, c in columns.items()}, formats)
    devices = read.devices()
    landed, assets = answers.Landed(), 0
    for chunk in _chunks(list(devices)):
        assets += await store.read(lambda tx, chunk=chunk: _assets(tx, chunk))  # type: ignore[misc]
        if dry_run:
            continue
        results = [EntitlementResult(device=d, outcome=LookupOutcome.FOUND, entitlements=devices[d]) for d in chunk]
        one = await store.write(lambda tx, results=results: _land(tx, results, now))  # type: ignore[misc]
        landed = answers.Landed(landed.new + one.new, landed.changed + one.changed, landed.unchanged + one.unchanged)
    return ImportReport(
        file=str(path),
        is_dry_run=dry_run,
        columns=columns,
        unused=tuple(name for name in found.columns if name not in columns.values()),
        dates={columns[name]: text for name, text in formats.items()},
        rows=read.rows,
        devices=len(devices),
        assets=assets,
        new=landed.new,
        changed=landed.changed,
        unchanged=landed.unchanged,
        left_out=read.left_out,
        bad=tuple(read.bad),
        doubtful=tuple(read.doubtful),
    )


def _columns(
    path: Path, names: Sequence[str], declared: Mapping[str, str], *, required: Sequence[str]
) -> dict[str, str]:
    for target, column in declared.items():
        if target not in _NAMES:
            what = f'There is no field "{target}".{did_you_mean(target, _NAMES)}'
        elif not column:
            what = f"No column is named for {target}."
        elif column not in names:
            what = f'{path} has no column "{column}".{did_you_mean(column, names)}'
        else:
            continue
        raise SettingsError(what, hint=f"Fields: {', '.join(_NAMES)}. Columns: {', '.join(names)}.")
    columns = propose([name for name in names if name not in declared.values()]) | dict(declared)
    lacking = [name for name in required if name not in columns]
    if lacking:
        raise SettingsError(
            f"No column of {path} seems to hold {' and '.join(lacking)}.",
            hint=f"Say which: --column {lacking[0]}=NAME. Columns: {', '.join(names)}.",
        )
    return {name: columns[name] for name in _NAMES if name in columns}


def _format(name: str, column: str, found: Column) -> str:
    """Return how the dates of a column are read: as most of them can be, unless that is in two ways."""
    texts = list(found.counts)
    shares = {one: _readable(texts, one) for one in ("iso", "year-first", "day-first", "month-first")}
    best = max(shares, key=lambda one: shares[one])  # the first of equals
    if shares[best] * 2 < len(texts) or not texts:
        if found.formats and not found.ambiguous:
            return found.formats[0]
        if name != "ends_on":
            return best
        raise SettingsError(
            f"The column {column!r} does not seem to hold dates.",
            hint='Name another column with --column ends_on=NAME, or say how dates look with --dates "%d %b %Y".',
        )
    if best == "day-first" and shares["month-first"] == shares["day-first"]:
        raise SettingsError(
            f"The dates of the column {column!r} can be read day first or month first.",
            hint="Say which: --dates day-first or --dates month-first.",
        )
    return best


def _readable(texts: Sequence[str], form: str) -> int:
    count = 0
    for text in texts:
        try:
            instants.read_date(text, (form,))
        except ValueError:
            continue
        count += 1
    return count


def _take(read: _Reading, line: int, values: Mapping[str, str], formats: Mapping[str, str]) -> None:
    if reason := why_no_serial(values["serial_number"]):
        return read.leave_out(line, f"The device {reason}.")
    days: dict[str, date | None] = dict.fromkeys(_DATES)
    for name, text in formats.items():
        if not values[name]:
            continue
        try:
            days[name] = instants.read_date(values[name], (text,))
        except ValueError:
            return read.leave_out(line, _no_date(name, values[name], text))
    if days["ends_on"] is None:
        return read.leave_out(line, "There is no end of cover.")
    one = Entitlement(
        kind=EntitlementKind.OTHER,
        description=values.get("description") or None,
        starts_on=days["starts_on"],
        ends_on=days["ends_on"],
        covers_hardware=True,
        contract_number=values.get("contract_number") or None,
    )
    if doubt := doubt_about(values["serial_number"]):
        _keep(read.doubtful, line, doubt)
    read.covers.setdefault(_device(values), []).append(one)
    return None


def _no_date(name: str, value: str, form: str) -> str:
    """Say what a field looks like, a 9 for a digit and an a for a letter, without what it holds."""
    shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))[:_SHAPE]
    return (
        f'The field {name} looks like "{shape}", and dates are read {_FORMS.get(form, form)}: --dates says otherwise.'
    )


def _device(values: Mapping[str, str]) -> DeviceRef:
    country = values.get("country", "").upper()
    return DeviceRef(
        manufacturer=values.get("manufacturer", ""),
        serial_number=values["serial_number"],
        product_number=values.get("product_number") or None,
        machine_type=values.get("machine_type") or None,
        country=country if _COUNTRY.fullmatch(country) else None,
    )


def _chunks(devices: Sequence[DeviceRef]) -> Iterator[list[DeviceRef]]:
    waiting = iter(devices)
    while chunk := list(islice(waiting, 500)):
        yield chunk


def _assets(tx: Connection, devices: Sequence[DeviceRef]) -> int:
    """Return how many asset records devices have."""
    by_serial: dict[str, list[DeviceRef]] = {}
    for device in devices:
        by_serial.setdefault(device.serial_number, []).append(device)
    records = asset_pages(tx, AssetFilter(serials=tuple(by_serial)), size=5_000)
    stated = [(normalise_serial(record.serial_number or ""), record.manufacturer) for record in records]
    return sum(
        any(is_same_maker(maker, device.manufacturer) for device in by_serial.get(serial, ()))
        for serial, maker in stated
    )


def _land(tx: Connection, results: list[EntitlementResult], now: datetime) -> answers.Landed:
    return answers.put(tx, results, origin=ORIGIN, source=CoverSource.SPREADSHEET, now=now, keep_raw=False)
