"""The connector over real HTTP against the sandbox."""

from datetime import date
from typing import ClassVar

import pytest

from servicedesk_core.domain.warranty import ClaimLine, ClaimService, DeviceRef
from servicedesk_core.testing import Stand, example_claim, followed, stand_fixtures
from servicedesk_ingram import Ingram
from servicedesk_ingram.sandbox import Sandbox, SandboxOptions


class IngramStand(Stand[Ingram]):
    connector_class = Ingram
    grants = ("claims.submit",)
    more: ClassVar = {
        "primary_reason": "Item does not work",
        "secondary_reason": "Defective on arrival",
        "settle_s": 60.0,
    }


shared_stand, stand, _ = stand_fixtures(lambda **options: IngramStand.serving(Sandbox(SandboxOptions(**options))))


@pytest.fixture
async def ingram(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def good_claim():
    return example_claim(
        DeviceRef(manufacturer="Example Maker", serial_number="EX12345"),
        service=ClaimService.RETURN_FOR_CREDIT,
        invoice_number="40-NFERG-11",
        purchased_on=date(2026, 1, 5),
        time_zone=None,
        lines=(ClaimLine(number=1, part_number="A9W-12345", quantity=1),),
    )


@pytest.fixture
def claim(good_claim):
    """The suite has a fixture of this name, which would hide it there."""
    return good_claim


@pytest.fixture
def follow():
    """Fetch claims; outcomes by reference."""
    return followed
