"""The connector over real HTTP against the sandbox."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from servicedesk_core.testing import ImpatientClock, Stand, stand_fixtures
from servicedesk_inventree import InvenTree
from servicedesk_inventree.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Shop(Stand[InvenTree]):
    """A served sandbox and ways to connect to it; its time stands still."""

    connector_class = InvenTree
    grants = (
        "stock_moves.take",
        "stock_moves.return",
        "purchase_orders.place",
        "purchase_orders.cancel",
        "goods_receipts.create",
    )
    more: ClassVar = {"customer": 2}

    def clock(self):
        return ImpatientClock(NOW)


def serving(**options):
    return Shop.serving(Sandbox(SandboxOptions(**{"now": NOW, **options})))


shared_stand, stand, stand_with = stand_fixtures(serving)


@pytest.fixture
async def shop(stand):
    async with stand.connector() as connector:
        yield connector
