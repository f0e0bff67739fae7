from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import pytest
from conftest import HarborStand
from servicedesk_harbor import Harbor

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import WarrantyLookupSuite


def device(serial: str) -> DeviceRef:
    return DeviceRef(manufacturer="Harbor", serial_number=serial)


class TestHarbor(WarrantyLookupSuite):
    covered = device("HB0001")
    covered_on = date(2027, 12, 31)
    expired = device("HB0002")
    expired_on = date(2025, 7, 1)
    unknown = device("HB9999")
    software_only = device("HB0003VM")
    spellings = ("Harbor Inc.", "HARBOR")

    @pytest.fixture
    async def connector(self, stand: HarborStand) -> AsyncIterator[Harbor]:
        async with stand.connector() as connector:
            yield connector

    @pytest.fixture
    async def rejected(self, rejected: Harbor) -> Harbor:
        return rejected

    @pytest.fixture
    def cut_list(self, stand: HarborStand) -> Callable[[], Awaitable[None]]:
        async def cut() -> None:
            stand.sandbox.faults([{"kind": "cut", "path": "products"}])

        return cut
