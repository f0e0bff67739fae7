"""A manufacturer that lives in memory, for tests of what is built on the warranty hooks."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import ClassVar

from servicedesk_core.domain.warranty import DeviceRef, Entitlement, EntitlementResult, LookupOutcome, PartInfo
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial
from servicedesk_core.errors import NotFoundError, ServiceDeskError
from servicedesk_core.hooks.capabilities import Capabilities, WarrantyCapability
from servicedesk_core.hooks.connector import Connector
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.hooks.markers import hookimpl

Answers = Callable[[Sequence[EntitlementResult]], Sequence[EntitlementResult]]


class MemoryMaker(Connector[ConnectorSettings]):
    """Answers from a dictionary. Subclass it in a test and set what it knows.

    Attributes:
        names: The manufacturer's names; the first is its own. Serial numbers without a manufacturer are its own too.
        capability: What it says about itself.
        covers: By serial number, the covers of each device that it knows.
        ambiguous: By serial number, the fields that are missing.
        parts: By serial number, the service parts of each device.
        spoil: Changes the answers of a call, to be as wrong as real ones.
        fail: Raised instead of the next answers, once each.
        asked: The devices of each call, in order.
    """

    names: ClassVar[tuple[str, ...]] = ("maker", "maker inc.")
    capability: ClassVar[WarrantyCapability] = WarrantyCapability(devices_per_request=10, parallel=2)
    covers: ClassVar[Mapping[str, tuple[Entitlement, ...]]] = {}
    ambiguous: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    parts: ClassVar[Mapping[str, tuple[PartInfo, ...]]] = {}
    spoil: ClassVar[Answers | None] = None
    fail: ClassVar[list[ServiceDeskError]] = []
    asked: ClassVar[list[tuple[DeviceRef, ...]]] = []

    def __init_subclass__(cls) -> None:
        """Give each subclass lists of its own."""
        super().__init_subclass__()
        cls.asked = []
        cls.fail = list(cls.__dict__.get("fail", ()))

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what it can do."""
        return Capabilities(vendor=self.names[0].title(), warranty=self.capability)

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Accept its own names and every serial number that is one."""
        name = device.manufacturer.strip().casefold()
        if (name and name not in self.names) or why_no_serial(device.serial_number):
            return None
        return device.model_copy(
            update={"manufacturer": self.names[0], "serial_number": normalise_serial(device.serial_number)}
        )

    @hookimpl
    async def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Answer from the dictionary, the last device first."""
        if not devices:
            return
        type(self).asked.append(tuple(devices))
        if self.fail:
            raise type(self).fail.pop(0)
        results: Sequence[EntitlementResult] = [self._result(device) for device in reversed(devices)]
        spoil = type(self).spoil
        for result in spoil(results) if spoil else results:
            yield result

    @hookimpl
    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """List what the dictionary has."""
        if device.serial_number not in self.covers:
            raise NotFoundError("The maker does not know the device.")
        return self.parts.get(device.serial_number, ())

    def _result(self, device: DeviceRef) -> EntitlementResult:
        missing = tuple(name for name in self.ambiguous.get(device.serial_number, ()) if getattr(device, name) is None)
        if missing:
            return EntitlementResult(
                device=device,
                outcome=LookupOutcome.AMBIGUOUS,
                supply=missing,
                reason="Several devices have this number.",
            )
        if device.serial_number not in self.covers:
            return EntitlementResult(device=device, outcome=LookupOutcome.NOT_FOUND, reason="No such device.")
        found = self.covers[device.serial_number]
        raw = {"serial": device.serial_number, "covers": [cover.model_dump(mode="json") for cover in found]}
        return EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=found, raw=raw)
