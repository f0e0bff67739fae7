"""What a manufacturer lists of a whole account, held against the devices that somebody asks for."""

from collections.abc import Iterable

from servicedesk_core.domain.base import Model
from servicedesk_core.domain.warranty.coverage import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.identity import DeviceName

TELLING = ("product_number", "machine_type", "country")
"""What tells devices with one serial number apart."""


class EntitlementPage(Model):
    """One page of a manufacturer's list of the devices of an account.

    ``last`` is true only where the vendor says that nothing follows; ``total`` is how many devices it says the account
    has, if it does: a list that ends with fewer is not complete.
    """

    results: tuple[EntitlementResult, ...]
    last: bool
    total: int | None = None


class Listing:
    """What was listed so far."""

    def __init__(self) -> None:
        self._by_serial: dict[str, dict[DeviceName, EntitlementResult]] = {}

    def __len__(self) -> int:
        """Return how many different devices were listed."""
        return sum(map(len, self._by_serial.values()))

    def add(self, results: Iterable[EntitlementResult]) -> None:
        """Take what a page lists; of a device that comes twice the later answer is kept.

        Args:
            results: The page's.
        """
        for result in results:
            name = DeviceName.of(result.device)
            self._by_serial.setdefault(name.serial_number, {})[name] = result

    def answer(self, device: DeviceRef, *, is_whole: bool) -> EntitlementResult | None:
        """Return what the list says about a device; ``None`` when it does not name it.

        Args:
            device: What is asked for.
            is_whole: Whether the list was read to its end; else another device that fits may follow, and only one that
                is named exactly as it is asked for counts.
        """
        asked = DeviceName.of(device)
        named = self._by_serial.get(asked.serial_number, {})
        fitting = [asked] if asked in named else [name for name in named if is_whole and asked.may_be(name)]
        if not fitting:
            return None
        if len(fitting) == 1:
            return named[fitting[0]].model_copy(update={"device": device})
        return EntitlementResult(
            device=device,
            outcome=LookupOutcome.AMBIGUOUS,
            supply=tuple(one for one in TELLING if len({getattr(name, one) for name in fitting}) > 1),
            reason="The account has several devices with this serial number.",
        )
