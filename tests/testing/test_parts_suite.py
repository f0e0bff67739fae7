"""The parts suite passes a connector that keeps the contract, and fails one that breaks it."""

import asyncio
from decimal import Decimal

import pytest

from servicedesk_core.domain.parts import PartOffer, PartSource, Place, plain_number
from servicedesk_core.errors import VendorUnavailableError
from servicedesk_core.hooks import Capabilities, Connector, ConnectorSettings, PartsCapability, hookimpl
from servicedesk_core.testing import PartsSuite, opened

DOCK = PartOffer(
    number="D-1",
    name="Dock",
    manufacturer_part_number="WD19S-130W",
    unit_price=Decimal("189.50"),
    currency="USD",
    available=Decimal(3),
    places=(Place(name="Store", available=Decimal(2)), Place(name="Van", available=Decimal(1))),
)


class Shop(Connector):
    finds_by = frozenset({"part_number", "words"})
    is_down = False

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Shop", parts=PartsCapability(PartSource.DISTRIBUTOR, self.finds_by))

    @hookimpl
    async def find_parts(self, query):
        if self.is_down:
            raise VendorUnavailableError("Down.")
        return (DOCK,) if self.fits(query) else ()

    def fits(self, query):
        number = query.part_number is None or plain_number(query.part_number) == plain_number("WD19S-130W")
        return number and all(word in "dock" for word in (query.words or "").casefold().split())


class TestShop(PartsSuite):
    known = {"part_number": "WD19S-130W", "words": "Dock"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self):
        async with opened(Shop, ConnectorSettings()) as shop:
            yield shop

    @pytest.fixture
    def break_down(self, connector):
        async def down():
            connector.is_down = True

        return down


class SaysNothing(Shop):
    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Shop")


class Exact(Shop):
    def fits(self, query):
        return super().fits(query) and query.part_number in {None, "WD19S-130W"}


class Deaf(Shop):
    def fits(self, query):
        return True


class HeedsOne(Shop):
    def fits(self, query):
        return super().fits(query if query.part_number is None else query.model_copy(update={"words": None}))


class Twice(Shop):
    @hookimpl
    async def find_parts(self, query):
        return (DOCK, DOCK) if self.fits(query) else ()


class Miscounts(Shop):
    @hookimpl
    async def find_parts(self, query):
        return (DOCK.model_copy(update={"available": Decimal(9)}),) if self.fits(query) else ()


class FreeOfCharge(Shop):
    @hookimpl
    async def find_parts(self, query):
        return (DOCK.model_copy(update={"list_price": Decimal(0)}),) if self.fits(query) else ()


class Changes(Shop):
    left = 3

    @hookimpl
    async def find_parts(self, query):
        type(self).left += 1
        return (DOCK.model_copy(update={"places": (), "available": Decimal(self.left)}),) if self.fits(query) else ()


class QuietlyDown(Shop):
    @hookimpl
    async def find_parts(self, query):
        return (DOCK,) if self.fits(query) and not self.is_down else ()


MUTANTS = {
    SaysNothing: "test_whose_parts_it_finds_and_by_what_is_said",
    Exact: "test_spelling_is_no_other_part_number",
    Deaf: "test_what_nobody_has_is_no_offer_and_no_error",
    HeedsOne: "test_all_that_is_said_must_fit",
    Twice: "test_an_offer_adds_up",
    Miscounts: "test_an_offer_adds_up",
    FreeOfCharge: "test_an_offer_adds_up",
    Changes: "test_asking_is_reading",
    QuietlyDown: "test_a_source_that_is_down_is_an_error_and_no_empty_shelf",
}


@pytest.mark.parametrize(("mutant", "test"), MUTANTS.items(), ids=lambda one: getattr(one, "__name__", ""))
async def test_a_connector_that_breaks_the_contract_fails(mutant, test):
    suite = TestShop()
    async with opened(mutant, ConnectorSettings()) as connector:

        async def down():
            connector.is_down = True

        async def run():
            told = getattr(suite, test)(connector, *((down,) if "down" in test else ()))
            if asyncio.iscoroutine(told):
                await told

        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await run()
