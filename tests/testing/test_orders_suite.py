"""The suite of orders passes a connector that keeps the contract, and fails one that breaks it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from servicedesk_core.hooks import Found, Mapped, ProvenAbsent, WriteReceipt, hookimpl
from servicedesk_core.testing import OrdersSuite, OrderVendor, opened
from tests.parts.shop import Shop, ShopFile, ShopSettings

PARTS = {"D1": "100.10", "D2": "0.3"}


@pytest.fixture
def file(tmp_path):
    file = ShopFile(str(tmp_path / "shop.db"))
    for number, price in PARTS.items():
        file.offer(number, price=price)
    return file


class Behind(OrderVendor):
    def __init__(self, file):
        self._file = file

    async def placed(self):
        return [
            (one["reference"], {line["part_number"]: Decimal(line["quantity"]) for line in one["lines"]})
            for one in self._file.all("order")
        ]

    async def lose_next_answer(self):
        self._file.fail_next("lost_answer")

    async def reject(self, part_number):
        self._file.offer(part_number, price=PARTS[part_number], rejects="discontinued")


class TestShop(OrdersSuite):
    parts = PARTS
    currency = "EUR"

    @pytest.fixture
    async def connector(self, file):
        async with opened(Shop, ShopSettings(path=file.path)) as shop:
            yield shop

    @pytest.fixture
    def vendor(self, file):
        return Behind(file)


class Forgets(Shop):
    @hookimpl
    async def find_write(self, write):
        return ProvenAbsent("nothing was found", "something else was")


class Swallows(Shop):
    @hookimpl
    async def send_write(self, write):
        receipt = await super().send_write(write)
        return WriteReceipt(receipt.ref)


class SaysLess(Shop):
    @hookimpl
    async def find_write(self, write):
        found = await super().find_write(write)
        return Found(found.ref) if isinstance(found, Found) else found


class Cuts(Shop):
    @hookimpl
    async def send_write(self, write):
        receipt = await super().send_write(write)
        order = self._order(receipt.ref)
        self.file.put("order", order["id"], **order | {"reference": order["reference"][:10]})
        return receipt


class Floats(Shop):
    @hookimpl
    def map_record(self, stream, raw):
        order, also, _ = super().map_record(stream, raw)
        return Mapped(order, tuple(one.model_copy(update={"unit_cost": _through_float(one)}) for one in also))


class Repeats(Shop):
    @hookimpl
    async def send_write(self, write):
        await super().send_write(write)
        return await super().send_write(write)


class LosesLines(Shop):
    @hookimpl
    def map_record(self, stream, raw):
        return Mapped(super().map_record(stream, raw).entity)


class Mistakes(Shop):
    @hookimpl
    async def send_write(self, write):
        lines = [line | {"quantity": "1"} for line in write.values["lines"]]
        return await super().send_write(replace(write, values=write.values | {"lines": lines}))


def _through_float(line):
    return Decimal(float(line.unit_cost) * 3) / 3


@pytest.mark.parametrize(
    ("mutant", "test"),
    [
        (Forgets, "test_a_lost_answer_is_found_and_not_ordered_again"),
        (Forgets, "test_it_is_placed_once_under_our_whole_number"),
        (Swallows, "test_a_line_that_is_not_taken_is_told"),
        (SaysLess, "test_a_line_that_is_not_taken_is_told_though_the_answer_got_lost"),
        (Cuts, "test_it_is_placed_once_under_our_whole_number"),
        (Cuts, "test_it_reads_back_as_it_was_ordered"),
        (Floats, "test_it_reads_back_as_it_was_ordered"),
        (Repeats, "test_it_is_placed_once_under_our_whole_number"),
        (LosesLines, "test_it_reads_back_as_it_was_ordered"),
        (Mistakes, "test_it_is_placed_once_under_our_whole_number"),
    ],
)
def test_a_mistake_is_noticed(mutant, test, file):
    async def run():
        async with opened(mutant, ShopSettings(path=file.path)) as shop:
            suite = TestShop()
            given = {"connector": shop, "vendor": Behind(file)}
            wants = getattr(suite, test).__code__.co_varnames[1 : getattr(suite, test).__code__.co_argcount]
            await getattr(suite, test)(**{name: given[name] for name in wants})

    with pytest.raises(AssertionError):
        asyncio.run(run())
