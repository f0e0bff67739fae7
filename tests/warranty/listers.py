"""Makers in memory that list their account."""

from typing import ClassVar

from servicedesk_core.domain.warranty import DeviceRef, EntitlementPage
from servicedesk_core.hooks import Connector, WarrantyCapability, hookimpl
from servicedesk_core.testing import MemoryMaker


class Lister(MemoryMaker):
    """Lists its account beside being asked; its pages say how many devices there are, as long as ``tells_total``."""

    capability: ClassVar[WarrantyCapability] = WarrantyCapability(listed_per_request=10)
    pages: ClassVar[list[int]] = []
    tells_total: ClassVar[bool] = True
    stops_after: ClassVar[int | None] = None
    cut: ClassVar[list[int]] = []

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.pages = []
        cls.cut = list(cls.cut)

    @hookimpl
    async def list_entitlements(self):
        """List what the dictionary has; a page whose number stands in ``cut`` lacks its last device."""
        size, devices = self.capability.listed_per_request, list(self.covers)
        for number, start in enumerate(range(0, max(len(devices), 1), size), 1):
            if self.fail:
                raise type(self).fail.pop(0)
            if number == self.stops_after:
                return
            self.pages.append(number)
            there = devices[start : start + size][: -1 if number in self.cut else None]
            results = [self._result(DeviceRef(manufacturer=self.names[0], serial_number=one)) for one in there]
            spoil = type(self).spoil
            yield EntitlementPage(
                results=tuple(spoil(results) if spoil else results),
                last=start + size >= len(devices),
                total=len(devices) if self.tells_total else None,
            )


class ListOnly(Lister):
    """Cannot be asked for a device."""

    find_entitlements = Connector.find_entitlements
