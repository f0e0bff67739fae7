"""What is asked of manufacturers, taken from files, and proposed to the PSA."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.warranty import DeviceRef, PartInfo
from servicedesk_core.errors import NotFoundError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Feature, Help, Manner, action, method, previewed
from servicedesk_core.features.warranty import rules, spreadsheet
from servicedesk_core.features.warranty.lookup.asking import Asker
from servicedesk_core.features.warranty.lookup.run import Lookup, LookupReport, Progress
from servicedesk_core.features.warranty.lookup.selection import Named, OfAssets, Selection
from servicedesk_core.features.warranty.queries import WarrantyQueries
from servicedesk_core.features.warranty.rules import DateChange
from servicedesk_core.features.warranty.spreadsheet import ImportReport
from servicedesk_core.features.warranty.tables import answers, lists
from servicedesk_core.features.writes import exit_code
from servicedesk_core.hooks.capabilities import WarrantyCapability
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import counted

LOOKS_UP: Final = ("find_entitlements", "list_entitlements")
"""Hooks of which a connector needs one to look up."""
_PAGES: Final = "servicedesk_core.features.warranty.pages"


@dataclass(frozen=True, slots=True)
class WrittenDates:
    """Dates that were shown, and what became of them.

    Attributes:
        changes: What was shown.
        writes: The writes; empty when nothing was to be written, or only shown.
    """

    changes: tuple[DateChange, ...]
    writes: tuple[WriteView, ...] = ()

    @property
    def open(self) -> tuple[WriteView, ...]:
        """The writes that are not confirmed."""
        return tuple(write for write in self.writes if write.state != "confirmed")


async def _changes(
    warranty: "Warranty[Awaited]", *, limit: int, everything: bool, dry_run: bool, **named: Any
) -> tuple[DateChange, ...] | None:
    return None if dry_run else await warranty.date_changes(limit=None if everything else limit, **named) or None


def _systems(changes: Sequence[DateChange]) -> str:
    return ", ".join(sorted({change.connection for change in changes}))


@dataclass(frozen=True, slots=True)
class DeviceParts:
    """The service parts of one device.

    Attributes:
        connection: Which connection was asked.
        device: The device as its manufacturer writes it.
        parts: Its parts, the closest fit first; empty when the manufacturer lists none.
    """

    connection: str
    device: DeviceRef
    parts: tuple[PartInfo, ...]


class ConnectedDesk(ConfiguredDesk, Protocol):
    """A desk that asks vendors, and proposes and sends writes."""

    @property
    def host(self) -> Host:
        """Opens connections."""
        ...

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...

    @property
    def features(self) -> tuple[Feature, ...]:
        """Ours, and those that are installed."""
        ...


class Warranty(WarrantyQueries[Manner]):
    """What is covered, by whose word, until when; and what is asked of manufacturers."""

    desk: ConnectedDesk

    def makers(self) -> tuple[str, ...]:
        """Return the connections that can look up."""
        able = {name for hook in LOOKS_UP for name in self.desk.host.offering("recognise", hook)}
        return tuple(name for name in self.desk.settings.connections if name in able)

    @method(Capability.WARRANTY_WRITE, unscoped="a device that no record has is nobody's")
    async def lookup(
        self: "Warranty[Awaited]",
        devices: Sequence[DeviceRef | str] = (),
        *,
        assets: Sequence[str] = (),
        company: str | None = None,
        everything: bool = False,
        connections: Collection[str] = (),
        max_age: timedelta | None = None,
        retired: bool = False,
        rows: int = 1_000,
        progress: Progress | None = None,
    ) -> LookupReport:
        """Ask every manufacturer that recognises a device, store the answers, and say how the devices stand.

        Only reads at the manufacturers. A device whose answer is new enough is not asked for again.

        Args:
            devices: Devices, or serial numbers. One that an asset record has too is that asset.
            assets: Assets by name, serial number, reference number or the vendor's id.
            company: All assets of one client, by id or name.
            everything: All assets.
            connections: Ask only these; empty = all that can look up.
            max_age: Oldest answer that is good enough; ``None`` = the longer, the further away the end of the cover.
            retired: Also assets that the PSA calls retired, where all of a client's or of the desk's are chosen.
            rows: How many devices the report names.
            progress: Told how many devices have been looked at.

        Raises:
            SettingsError: Nothing was chosen, or a connection cannot look up.
            StoreError: The store cannot be used.
        """
        selection = _selection(devices, assets, company, everything=everything)
        left_out = 0
        if isinstance(selection, OfAssets) and not assets and not retired:
            every = selection.chosen
            chosen, left_out = await self.desk.store.read(lambda tx: lists.without_retired(tx, every))
            selection = OfAssets(chosen)
        names = self._names(connections)
        opened, failed = await self.desk.host.open_all(names) if names else ({}, {})
        run = Lookup(self.desk.store, self.desk.clock, [_asker(one) for one in opened.values()], failed)
        report = await run.run(selection, day=self.today, max_age=max_age, rows=rows, progress=progress)
        for one in opened.values():
            await self._forget_raws(one)
        nobody = SettingsError.exit_code if report.devices and not names else report.exit_code
        return replace(report, retired=left_out, exit_code=nobody)

    @action(
        "warranty.parts",
        needs=Capability.WARRANTY_WRITE,
        about="The service parts of a device.",
        unscoped="a device that no record has is nobody's",
        page=f"{_PAGES}:parts",
    )
    async def parts(
        self: "Warranty[Awaited]",
        device: Annotated[
            str | DeviceRef, Help("Serial number of the device.", name="SERIAL", names="warranty.devices")
        ],
        *,
        manufacturer: Annotated[str, Help("Who made it.")] = "",
        machine_type: Annotated[str | None, Help("Machine type, where a serial is ambiguous.")] = None,
        connection: Annotated[str | None, Help("Ask this one.")] = None,
    ) -> DeviceParts:
        """List the service parts of a device, as its manufacturer knows them: the numbers that a claim names.

        Only reads there, and stores nothing. Connections that recognise the device are asked until one knows it.

        Raises:
            SettingsError: No connection lists parts, or none recognises the device.
            NotFoundError: The manufacturer does not know the device.
            ConnectorError: It could not be asked.
        """
        known = self.desk.host.offering("recognise", "find_service_parts")
        if not known or (connection is not None and connection not in known):
            raise SettingsError(
                f"{f'Connection {connection} lists' if connection else 'No connection lists'} no service parts.",
                hint=f"Connections that do: {', '.join(known) or 'none'}.",
            )
        asked = (
            device
            if isinstance(device, DeviceRef)
            else DeviceRef(manufacturer=manufacturer, serial_number=device or " ", machine_type=machine_type)
        )
        async for page in Named((asked,)).pages(self.desk.store):  # the maker that an asset record names
            asked = next((one.device for one in page if one.device is not None), asked)
        unknown: NotFoundError | None = None
        for name in (connection,) if connection else known:
            opened = await self.desk.host.open(name)
            if (own := opened.calls.recognise(asked)) is not None:
                try:
                    return DeviceParts(name, own, await opened.calls.find_service_parts(own))
                except NotFoundError as error:  # a serial number may be several makers' own
                    unknown = unknown or error
        if unknown is not None:
            raise unknown
        raise SettingsError(
            "No connection recognises this device.",
            hint=f"Say who made it (--manufacturer). Asked: {', '.join(known)}.",
        )

    @action(
        "warranty.import",
        needs=Capability.WARRANTY_WRITE,
        about="What an import did.",
        unscoped="a file may name any device",
        page=f"{_PAGES}:imported",
    )
    async def import_file(
        self: "Warranty[Awaited]",
        path: Annotated[Path, Help("CSV or JSONL, one row for each cover.", name="FILE")],
        *,
        columns: Annotated[
            Mapping[str, str] | None,
            Help(
                "Which column feeds a field, where the proposal is wrong: FIELD=NAME. May be repeated.", name="column"
            ),
        ] = None,
        dates: Annotated[
            str | None, Help("day-first, month-first, year-first, or a pattern such as %d.%m.%Y; else as they show.")
        ] = None,
        dry_run: Annotated[bool, Help("Only say what would happen.")] = False,
    ) -> ImportReport:
        """Take covers from a spreadsheet, before any manufacturer's key exists.

        It is the least trusted source: a manufacturer that is asked later is believed instead.

        Raises:
            SettingsError: A needed column is missing, or dates can be read in two ways.
            ConnectorError: The file cannot be read.
        """
        return await spreadsheet.import_covers(
            self.desk.store, Path(path), now=self.desk.clock.now(), declared=columns or {}, dates=dates, dry_run=dry_run
        )

    @previewed(
        "warranty.write-dates",
        needs=Capability.WARRANTY_WRITE,
        about="What was shown, and what became of it.",
        preview=_changes,
        shows=f"{_PAGES}:date_changes",
        asks=lambda changes, **_: f"Write {counted(len(changes), 'date')} into {_systems(changes)}?" if changes else "",
        page=f"{_PAGES}:written_dates",
        tells=lambda done: "\n".join(dict.fromkeys(f"→ {write.hint}" for write in done.open if write.hint)),
        fails=lambda done: exit_code(done.writes),
    )
    async def write_dates(
        self: "Warranty[Awaited]",
        *,
        connection: Annotated[str | None, Help("Only into this PSA.")] = None,
        company: Annotated[str | None, Help("Only this client, by name or id.")] = None,
        retired: Annotated[bool, Help("Also devices that the PSA calls retired.")] = False,
        limit: Annotated[int, Help("At most so many at a time.", between=(1, 100_000))] = rules.BATCH,
        everything: Annotated[bool, Help("All that differ, with one consent.", name="all")] = False,
        dry_run: Annotated[bool, Help("Only show what would be written.")] = False,
        shown: Sequence[DateChange] | None = None,
        send: bool = True,
        scope: Scope | None = None,
    ) -> WrittenDates:
        """Write dates of manufacturers into the PSA's assets. After you agreed, this changes an outside system.

        Twenty at a time, unless asked otherwise: the next run shows the next ones. What you agreed to is sent without a
        stop, however many these are. Each is a write like any other: it needs the grant assets.update, is refused when
        the PSA shows another date by then, and "servicedesk writes revert" takes it back.

        Args:
            connection: Only into this PSA.
            company: Only of this client, by id or name.
            retired: Also assets that the PSA calls retired.
            limit: At most so many.
            everything: All that differ.
            dry_run: Only say what would be written.
            shown: What somebody has seen and agreed to, from :meth:`date_changes`: nothing else is written.
            send: Send them at once; else they wait for the job ``writes``.
            scope: Only what it lets through.

        Raises:
            NotFoundLocallyError: There are none, and there is no such connection or client.
            WriteNotGrantedError: The configuration does not grant it.
        """
        most = None if everything or shown is not None else limit
        changes = await self.date_changes(
            connection=connection, company=company, limit=most, retired=retired, scope=scope
        )
        if shown is not None:
            changes = tuple(change for change in shown if change in set(changes))
        if dry_run or not changes:
            return WrittenDates(changes)
        for change in changes:
            self.desk.outbox.grants.ensure(change.connection, rules.KIND)
        proposed = [await self.desk.outbox.propose(rules.intent_of(change)) for change in changes]
        waiting = [write.id for write in proposed if write.state == "proposed"]
        approved = await self.desk.outbox.approve_own(waiting, send=send, agreed=True) if waiting else ()
        known = {write.id: write for write in approved}
        return WrittenDates(changes, tuple(known.get(write.id, write) for write in proposed))

    async def _forget_raws(self, one: OpenConnection) -> None:
        """Keep the vendor's own answers as long as the connection's ``raw`` says."""
        days = one.settings.raw.days
        if days is not None:
            before = self.desk.clock.now() - timedelta(days=days)
            await self.desk.store.write(lambda tx: answers.forget_raws(tx, one.name, before))

    def _names(self, wanted: Collection[str]) -> tuple[str, ...]:
        able = self.makers()
        for name in wanted:
            if name not in able:
                raise SettingsError(
                    f'The connection "{name}" cannot look up warranty.',
                    hint=f"Connections that can: {', '.join(able) or 'none'}.",
                )
        return tuple(name for name in able if not wanted or name in wanted)


def _selection(
    devices: Sequence[DeviceRef | str], assets: Sequence[str], company: str | None, *, everything: bool
) -> Selection:
    if devices:
        return Named(
            [DeviceRef(manufacturer="", serial_number=one) if isinstance(one, str) else one for one in devices]
        )
    if assets or company is not None or everything:
        return OfAssets(AssetFilter(assets=tuple(assets), company=() if company is None else (company,)))
    raise SettingsError("No device was named.", hint="Name serial numbers, or say --asset, --company, --file or --all.")


def _asker(opened: OpenConnection) -> Asker:
    capability = opened.capabilities.warranty or WarrantyCapability()
    return Asker(opened.name, opened.calls, capability, keep_raw=opened.settings.raw.keeps_any)
