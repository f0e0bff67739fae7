"""Which connection a claim goes through."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import ClaimIncompleteError, UnsupportedError
from servicedesk_core.features.claims.writes.content import ClaimWrite
from servicedesk_core.plugins.connection import OpenConnection

Opener = Callable[[str], Awaitable[OpenConnection]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """How claims for a device reach its manufacturer.

    Attributes:
        maker: The manufacturer, as the connector writes it, else as the device's record does.
        device: The device, likewise.
        opened: The connection; ``None`` = there is none for this manufacturer.
        by_hand: Whether a person sends claims.
    """

    maker: str
    device: DeviceRef
    opened: OpenConnection | None
    by_hand: bool


def of_claims(opened: OpenConnection) -> bool:
    """Whether a connection takes part in claims: it sends or follows them."""
    return opened.calls.implements("submit_claim") or opened.calls.implements("fetch_claims")


async def carrier_of(device: DeviceRef, connections: Sequence[str], opener: Opener) -> Carrier:
    """Return how claims for a device are sent: through the first connection that recognises it.

    A serial number without a manufacturer may be several makers' own; which of them is never guessed.

    Args:
        device: The device as another source states it.
        connections: Names of the connections to manufacturers.
        opener: Opens a connection.

    Raises:
        ClaimIncompleteError: Several manufacturers may have made it.
        ServiceDeskError: A connection cannot be opened.
    """
    found: list[Carrier] = []
    for name in connections:
        opened = await opener(name)
        known = opened.calls.recognise(device)
        if known is not None and of_claims(opened):
            by_hand = not opened.calls.implements(ClaimWrite.SUBMIT.hook)
            found.append(Carrier(known.manufacturer, known, opened, by_hand))
    candidates = sorted({carrier.maker for carrier in found})
    if len(candidates) > 1:
        raise ClaimIncompleteError(
            f"This serial number may be one of {' or '.join(candidates)}.", hint="Say who made the device."
        )
    return found[0] if found else Carrier(device.manufacturer, device, None, by_hand=True)


def through(device: DeviceRef, opened: OpenConnection) -> Carrier:
    """Return how claims for a device are sent through a connection that somebody named.

    Raises:
        UnsupportedError: It takes no part in claims.
    """
    if not of_claims(opened):
        raise UnsupportedError(
            "This connection neither sends nor follows claims.",
            hint="Name another one, or leave --through out.",
            connection=opened.name,
        )
    return Carrier(device.manufacturer, device, opened, not opened.calls.implements(ClaimWrite.SUBMIT.hook))
