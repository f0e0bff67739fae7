"""A desk with a shelf, a distributor and a manufacturer's list in memory."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, Ticket
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock
from tests.parts.orders import GRANTS, SHOP
from tests.parts.shop import ShopFile
from tests.stored import put

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCES = """
import asyncio
from datetime import date
from decimal import Decimal

from servicedesk_core import hookimpl
from servicedesk_core.domain import StockMove
from servicedesk_core.domain.parts import PartOffer, PartSource, Place
from servicedesk_core.domain.warranty import PartInfo, PartLevel
from servicedesk_core.errors import VendorUnavailableError
from servicedesk_core.hooks import Capabilities, Connector, PartsCapability, VendorIdentity, WriteCapability
from servicedesk_core.testing import MemoryMaker


class Source(Connector):
    source, finds_by, offers = PartSource.DISTRIBUTOR, frozenset({"part_number", "upc"}), ()
    asked = []

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("X", parts=PartsCapability(self.source, self.finds_by))

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("x", type(self).__name__)

    @hookimpl
    async def find_parts(self, query):
        type(self).asked.append(query)
        return self.offers


class Shelf(Source):
    source, finds_by = PartSource.STOCK, frozenset({"words", "part_number", "upc", "serial"})
    asked = []
    offers = (
        PartOffer(
            number="C-1", name="Dock WD19S", manufacturer="Dell", manufacturer_part_number="WD19S",
            unit_price=Decimal("189.50"), currency="USD", available=Decimal(3),
            places=(Place(name="Van 2", available=Decimal(1)), Place(name="Store", available=Decimal(2))),
        ),
    )


class Distributor(Source):
    asked = []
    offers = (
        PartOffer(number="D1", name="DOCK", manufacturer="DELL", manufacturer_part_number="wd-19s",
                  unit_price=Decimal("150.10"), currency="USD", available=Decimal(9), replaced_by="WD22TB4"),
        PartOffer(number="D2", name="Old dock", manufacturer="Dell", manufacturer_part_number="WD15", is_active=False),
    )


class Stock(Shelf):
    @hookimpl
    def describe_capabilities(self):
        fields = tuple(StockMove.model_fields)
        kinds = ("stock_moves.take", "stock_moves.return")
        return Capabilities(
            "X",
            parts=PartsCapability(self.source, self.finds_by),
            writes=tuple(WriteCapability(kind, fields=fields, needs="parent") for kind in kinds),
        )


class Slow(Source):
    @hookimpl
    async def find_parts(self, query):
        await asyncio.Event().wait()


class Broken(Source):
    @hookimpl
    async def find_parts(self, query):
        raise VendorUnavailableError("The gateway is down.", hint="Wait.")


class Garbage(Source):
    offers = ({"price": 1.5},)


class Acme(MemoryMaker):
    names, covers = ("acme",), {"AC1": ()}
    parts = {"AC1": (
        PartInfo(number="P-1", description="System board", level=PartLevel.AS_BUILT),
        PartInfo(number="P-2", description="Fan", level=PartLevel.MODEL),
    )}
"""


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def store(store_url, clock):
    with Store.open(store_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def given(store):
    """Store records as a sync of a connection would."""

    def work(*records, connection="psa", connector="tabular"):
        store.write_blocking(lambda tx: put(tx, records, now=NOW, connection=connection, connector=connector))

    return work


@pytest.fixture
def desk_with(tmp_path, store, clock):
    """Open a desk with some of the sources, by name and class."""
    (tmp_path / "sources.py").write_text(SOURCES, encoding="utf-8")

    def opening(*, people=None, **sources):
        connections = {name: {"connector": f"{tmp_path / 'sources.py'}:{kind}"} for name, kind in sources.items()}
        if "stock" in sources:
            connections["stock"]["writes"] = ["stock_moves.take", "stock_moves.return"]
        given = {"desk": {"name": "Example MSP"}, "connections": connections}
        return ServiceDesk(given | ({"people": people} if people else {}), store=store, clock=clock)

    return opening


@pytest.fixture
def people():
    return {"tia": {"roles": ["technician"]}, "sam": {"roles": ["service-manager"]}}


@pytest.fixture
def shop(tmp_path):
    shop = ShopFile(str(tmp_path / "shop.db"))
    shop.offer("D1", mpn="WD19S", name="Dock")
    shop.offer("D2", price="12.5", name="Cable")
    return shop


@pytest.fixture
def desk_of(tmp_path, store, clock, shop, given):
    """Open a desk with the shop as a distributor, or as another class of it."""
    given(
        Company(external_id="c1", name="Bolt & Co", address="9 High St", city="Reno", country="US"),
        Ticket(external_id="7", number="T-7", title="No dock", company_ref="c1"),
    )

    def opening(kind="Shop", **more):
        grants = GRANTS if kind == "StoreRoom" else GRANTS[:2]
        connection = {"connector": f"{SHOP}:{kind}", "path": shop.path, "writes": grants}
        settings = {"desk": {"name": "Example MSP", "timezone": "Europe/Berlin"}, "connections": {"shop": connection}}
        return ServiceDesk(settings | more, store=store, clock=clock)

    return opening


@pytest.fixture
async def desk(desk_of):
    async with desk_of() as opened:
        opened.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
        yield opened
