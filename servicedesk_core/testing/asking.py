"""What tests of warranty connectors ask again and again."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import (
    Claim,
    ClaimLine,
    ClaimReport,
    ClaimService,
    DeviceRef,
    EntitlementResult,
)
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.registration import capabilities_of, check_hooks


def hooks_of(connector: type[AnyConnector], *, title: str) -> frozenset[str]:
    """Return the hooks of a connector class, after all that core checks when it loads a plugin.

    Args:
        connector: The class.
        title: Whose it is, for errors: the name of the distribution.

    Raises:
        PluginError: Core would refuse it.
    """
    from servicedesk_core.plugins.accept import accept_connector  # noqa: PLC0415  # scans what is installed

    accept_connector(connector, title=title)
    check_hooks(connector)
    return frozenset(capabilities_of(connector))


async def looked_up(connector: AnyConnector, *devices: DeviceRef) -> list[EntitlementResult]:
    """Recognise devices, look them up in one call, and return the answers in the order of the questions.

    Args:
        connector: The connector.
        *devices: Devices as another source states them. All must be the manufacturer's own.
    """
    asked: Sequence[Any] = [connector.recognise(device) for device in devices]
    assert None not in asked, "recognise refuses a device that the test calls its own"
    found = [result async for result in connector.find_entitlements(asked)]
    by_device = {result.device: result for result in found}
    assert len(found) == len(asked), "exactly one answer for each device that was asked"
    return [by_device[device] for device in asked]


async def followed(connector: AnyConnector, *refs: str) -> dict[str, ItemOutcome[ClaimReport]]:
    """Ask how claims stand in one call, and return the answers by the manufacturer's id.

    Args:
        connector: The connector.
        *refs: The manufacturer's ids.
    """
    found = [outcome async for outcome in connector.fetch_claims(refs)]
    assert sorted(outcome.ref for outcome in found) == sorted(refs), "exactly one answer for each claim that was asked"
    return {outcome.ref: outcome for outcome in found}


def example_claim(device: DeviceRef, **changes: Any) -> Claim:
    """Return a claim with everything that a manufacturer may ask for, about a notebook in Kansas that is dead.

    Args:
        device: What is broken.
        **changes: Fields of :class:`Claim` that are to be others.
    """
    given: dict[str, Any] = {
        "id": "SD-TEST0001",
        "device": device,
        "service": ClaimService.ON_SITE,
        "symptom": "No power, no charging light at all.",
        "troubleshooting": "Tested with a known good adapter and another dock.",
        "contact": Person(name="Ada Example", email="ada@acme.example", phone="+15550100"),
        "ship_to": Address(
            name="Acme", lines=("1 Example Way",), city="Town", region="KS", postal_code="66219", country="US"
        ),
        "time_zone": "America/Chicago",
        "lines": (ClaimLine(number=1, part_number="PART-1", quantity=Decimal(1)),),
    }
    return Claim(**given | changes)
