"""Which devices are looked up, a page at a time: those of asset records, or such as somebody names."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.makers import is_same_maker, maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial
from servicedesk_core.ports import Transactions
from servicedesk_core.store.cover import stated_device, stated_maker
from servicedesk_core.store.cover.assets import AssetFilter, DeviceRecord, asset_pages

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that somebody wants to know about.

    Attributes:
        record: What the desk knows.
        device: The device as the source states it; ``None`` when it has no serial number.
    """

    record: DeviceRecord
    device: DeviceRef | None


@dataclass(frozen=True, slots=True)
class OfAssets:
    """The devices of asset records.

    Attributes:
        chosen: Which.
    """

    chosen: AssetFilter

    async def pages(self, store: Transactions) -> AsyncIterator[list[Candidate]]:
        """Iterate over them, page by page, with what is known by then."""
        after = 0
        while True:
            page = await store.read(lambda tx, after=after: asset_pages(tx, self.chosen, after=after, size=_PAGE))  # type: ignore[misc]
            if not page:
                return
            yield [Candidate(record, stated_device(record.manufacturer, record.serial_number)) for record in page]
            after = page[-1].asset_id or 0


@dataclass(frozen=True, slots=True)
class Named:
    """Devices that somebody names; one that an asset record has too is that asset.

    Attributes:
        devices: The devices.
    """

    devices: Sequence[DeviceRef]

    async def pages(self, store: Transactions) -> AsyncIterator[list[Candidate]]:
        """Iterate over them, page by page, with what is known by then."""
        for start in range(0, len(self.devices), _PAGE):
            chunk = self.devices[start : start + _PAGE]
            chosen = AssetFilter(serials=tuple(device.serial_number for device in chunk))
            records = await store.read(lambda tx, chosen=chosen: asset_pages(tx, chosen, size=10 * _PAGE))  # type: ignore[misc]
            by_serial: dict[str, list[DeviceRecord]] = {}
            for record in records:
                by_serial.setdefault(normalise_serial(record.serial_number or ""), []).append(record)
            yield [one for device in chunk for one in _matched(device, by_serial)]


Selection = OfAssets | Named


def _matched(device: DeviceRef, records: Mapping[str, Sequence[DeviceRecord]]) -> list[Candidate]:
    if why_no_serial(device.serial_number):
        return [Candidate(_bare(device), None)]
    own = [
        record
        for record in records.get(normalise_serial(device.serial_number), ())
        if is_same_maker(device.manufacturer, record.manufacturer)
    ]
    if not own:
        return [Candidate(_bare(device), device)]
    named = stated_maker(device.manufacturer)
    return [
        Candidate(record, device.model_copy(update={"manufacturer": named or stated_maker(record.manufacturer)}))
        for record in own
    ]


def _bare(device: DeviceRef) -> DeviceRecord:
    return DeviceRecord(
        asset_id=None, connection=None, asset_ref=None, name=None, serial_number=device.serial_number,
        manufacturer=device.manufacturer or None, maker=maker_name(device.manufacturer) or None,
        model=device.product_number or device.machine_type, company_ref=None, company=None, site=None,
        warranty_until=None,
    )  # fmt: skip
