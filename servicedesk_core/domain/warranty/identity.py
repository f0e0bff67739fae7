"""One device, however many sources name it: by which names it is known, and which of them mean the same one."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from servicedesk_core.domain.warranty.coverage import DeviceRef
from servicedesk_core.domain.warranty.makers import is_same_maker, maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial


class DeviceName(NamedTuple):
    """What a source calls a device, spelt as all sources should; the empty text = not stated."""

    manufacturer: str
    serial_number: str
    product_number: str = ""
    machine_type: str = ""
    country: str = ""

    @classmethod
    def of(cls, device: DeviceRef) -> Self:
        """Return the name of a device.

        Args:
            device: As any source states it.
        """
        return cls(
            maker_name(device.manufacturer),
            normalise_serial(device.serial_number),
            normalise_serial(device.product_number or ""),
            normalise_serial(device.machine_type or ""),
            device.country or "",
        )

    @property
    def stated(self) -> int:
        """How much of it is stated."""
        return sum(map(bool, self))

    def may_be(self, other: Self) -> bool:
        """Return whether nothing that both state tells them apart; a number may be the beginning of a longer one."""
        return (
            self.serial_number == other.serial_number
            and is_same_maker(self.manufacturer, other.manufacturer)
            and _begins(self.product_number, other.product_number)
            and _begins(self.machine_type, other.machine_type)
            and _begins(self.country, other.country)
        )


def same_devices(names: Mapping[DeviceName, bool]) -> list[list[DeviceName]]:
    """Return which names of one serial number are one device each, the one that says most first.

    A name that may be of several devices is one of its own. One under which nobody knows a device is a question, not
    a device: it goes with a device that is known, else all of them together are one that nobody knows.

    Args:
        names: The names, and whether a device is known under each: a source answered, or an asset record has it.
    """
    groups: list[list[DeviceName]] = []
    for name in sorted(names, key=lambda name: (not names[name], not name.manufacturer, -name.stated, name)):
        fitting = [group for group in groups if all(name.may_be(other) for other in group)]
        if not names[name]:
            fitting = (fitting or groups)[:1]
        if len(fitting) == 1:
            fitting[0].append(name)
        else:
            groups.append([name])
    return groups


def merged(devices: Iterable[DeviceRef]) -> dict[DeviceName, DeviceRef]:
    """Return, for the name of each device of one source, the device with all that the source states of it.

    Args:
        devices: As one source states them, in any order.
    """
    by_serial: dict[str, dict[DeviceName, bool]] = {}
    for device in devices:
        name = DeviceName.of(device)
        by_serial.setdefault(name.serial_number, {})[name] = True
    return {name: _whole(group) for names in by_serial.values() for group in same_devices(names) for name in group}


def _whole(group: list[DeviceName]) -> DeviceRef:
    maker, serial, product, machine_type, country = (
        next(filter(None, stated), "") for stated in zip(*group, strict=True)
    )
    return DeviceRef(
        manufacturer=maker,
        serial_number=serial,
        product_number=product or None,
        machine_type=machine_type or None,
        country=country or None,
    )


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
