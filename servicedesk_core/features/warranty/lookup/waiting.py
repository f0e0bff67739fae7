"""The devices of a look-up, a page at a time: what they are called, what was known of them, what they wait for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.identity import DeviceName
from servicedesk_core.features.warranty.lookup.asking import Batch
from servicedesk_core.features.warranty.lookup.selection import Candidate
from servicedesk_core.ports import Transactions
from servicedesk_core.store.cover import Known, key_of, known


@dataclass(frozen=True, slots=True)
class Look:
    """One device of a look-up.

    Attributes:
        candidate: The device.
        own: The device as each maker writes it, in the order of the lines.
        keys: What it is called by in the store: by its makers, and by who named it.
    """

    candidate: Candidate
    own: Sequence[DeviceRef | None]
    keys: tuple[DeviceName, ...]

    @property
    def respelt(self) -> DeviceRef | None:
        """The device as its maker writes it, where that is with another serial number and only one maker's."""
        if self.candidate.device is None:
            return None
        stated = key_of(self.candidate.device).serial_number
        own = {key_of(device).serial_number: device for device in self.own if device is not None}
        return next(iter(own.values())) if len(own) == 1 and stated not in own else None


@dataclass(slots=True)
class Page:
    """Devices of which some are being asked for.

    Attributes:
        looks: The devices.
        known: What was known of them before they were asked for.
        batches: What has to be settled before their state can be told.
        is_known_better: Whether an earlier page asked for some of them too: then the store knows more by now.
    """

    looks: Sequence[Look]
    known: Known
    batches: set[Batch] = field(default_factory=set)
    is_known_better: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether every answer has been stored."""
        return all(batch.settled.is_set() for batch in self.batches)

    async def settle(self) -> None:
        """Wait until every answer has been stored, or will never come."""
        for batch in self.batches:
            await batch.settled.wait()


async def what_is_known(store: Transactions, looks: Sequence[Look]) -> Known:
    """Return what the store knows of devices.

    Args:
        store: The desk's store.
        looks: The devices.
    """
    keys = {key for look in looks for key in look.keys}
    assets = [look.candidate.record.asset_id for look in looks if look.candidate.record.asset_id is not None]
    return await store.read(lambda tx: known(tx, keys, assets))


def look_at(candidate: Candidate, own: Sequence[DeviceRef | None]) -> Look:
    """Return a device with its names.

    Args:
        candidate: The device.
        own: The device as each maker writes it.
    """
    devices = [device for device in (*own, candidate.device) if device is not None]
    return Look(candidate, own, tuple(dict.fromkeys(map(key_of, devices))))
