"""What every connector that orders parts must do beyond :class:`WriteSuite`, as tests that its author subclasses.

::

    class TestAcmeOrders(OrdersSuite):
        parts = {"D-100371": "84.90", "D-200114": "164"}  # the source's numbers, and what one costs there
        currency = "EUR"

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme

        @pytest.fixture
        def vendor(self, stand):
            return AcmeOrders(stand)  # an OrderVendor

A test of something that the stand-in cannot do skips itself and says so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, NoReturn

import pytest

from servicedesk_core.domain import PurchaseOrder, PurchaseOrderLine
from servicedesk_core.domain.parts import order_number
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import FetchStatus, Found, ReconcilableBy, Write, WriteReceipt
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.skipping import require
from servicedesk_core.testing.suites.write_truths import new_id

PLACE = "purchase_orders.place"


class OrderVendor:
    """What the tests may do with the stand-in behind the connector's back; what is not overridden makes tests skip."""

    async def placed(self) -> list[tuple[str, Mapping[str, Decimal]]]:
        """Return all orders that were placed: our number as the source keeps it, and how many by the source's number.

        An order that the source split stands there once, and drafts that nobody was given do not.
        """
        self._cannot("say what was ordered")

    async def lose_next_answer(self) -> None:
        """Let the connection break after the next order was placed, before it is answered."""
        self._cannot("lose an answer")

    async def reject(self, part_number: str) -> None:
        """Take no line with this part from now on, but the others of its order."""
        self._cannot(f"reject {part_number}")

    def _cannot(self, what: str) -> NoReturn:
        pytest.skip(f"{type(self).__name__} cannot {what}")


class OrdersSuite:
    """Subclass it in a test file, and give it the fixtures ``connector`` and ``vendor``, which share one stand-in.

    Attributes:
        parts: What one costs by the source's own number, of two parts at least that can be ordered together.
        currency: Of these prices.
    """

    parts: ClassVar[Mapping[str, str]] = {}
    currency: ClassVar[str] = "USD"

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector that may order; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    def vendor(self) -> OrderVendor:
        """Return what the tests may do behind the connector's back; the subclass overrides this."""
        return OrderVendor()

    def test_orders_are_found_by_our_number_and_read_with_their_lines(self, connector: AnyConnector) -> None:
        """It says so: placed by a reference that proves absence, followed as a stream whose records hold the lines."""
        offered = connector.describe_capabilities()
        kind = offered.write(PLACE)
        assert kind is not None, f"it does not offer {PLACE}"
        assert kind.reconcilable_by is ReconcilableBy.REFERENCE, "our number is searched for"
        assert "lines" in kind.required, "an order without lines orders nothing"
        streams = {one.stream: one for one in offered.streams}
        assert "purchase_orders" in streams, "orders cannot be followed"
        lines = streams.get("purchase_order_lines")
        assert lines is not None, "lines cannot be followed"
        assert "purchase_orders" in {lines.part_of, lines.children_of}, "lines belong to their order"

    async def test_it_is_placed_once_under_our_whole_number(self, connector: AnyConnector, vendor: OrderVendor) -> None:
        """Quantities come as text, as JSON has amounts; the number stands there uncut."""
        write = self._order(*self.parts)
        receipt = await self._send(connector, write)
        assert not receipt.refused, f"nothing of it should have been left out: {receipt.refused}"
        wanted = {part: Decimal(2) for part in self.parts}
        assert await self._mine(vendor, write) == [wanted], f"not under {order_number(write.id)}, once and whole"
        assert await connector.find_write(write) == Found(receipt.ref), "found, and nothing of it was left out"

    async def test_a_lost_answer_is_found_and_not_ordered_again(
        self, connector: AnyConnector, vendor: OrderVendor
    ) -> None:
        """What core does after a time-out ends with one order."""
        earlier = self._order(next(iter(self.parts)))
        known = (earlier.id, (await self._send(connector, earlier)).ref)
        write = self._order(next(iter(self.parts)))
        await vendor.lose_next_answer()
        with pytest.raises(OutcomeUnknownError):
            await connector.send_write(write)
        found = await connector.find_write(replace(write, taken_refs=frozenset({known[1]})))
        assert isinstance(found, Found), f"it was ordered, and looking for it gave {found}"
        assert len(await self._mine(vendor, write)) == 1
        assert found.ref != known[1], "another order was taken for it"

    async def test_a_line_that_is_not_taken_is_told(self, connector: AnyConnector, vendor: OrderVendor) -> None:
        """Partly taken is neither a success nor a failure; nothing taken is a refusal."""
        first, rejected = list(self.parts)[:2]
        await vendor.reject(rejected)
        write = self._order(first, rejected)
        try:
            receipt = await self._send(connector, write)
        except RejectedError:
            assert not await self._mine(vendor, write), "it was called refused, and a part of it was ordered"
        else:
            assert await self._mine(vendor, write) == [{first: Decimal(2)}]
            told = receipt.refused.get("lines", "")
            assert told, "a line was not taken, and nobody is told"
            assert "2" in told or rejected in told, f"say which line it is: {told}"
        alone = self._order(rejected)
        with pytest.raises(RejectedError):
            await connector.send_write(alone)
        assert not await self._mine(vendor, alone)

    async def test_a_line_that_is_not_taken_is_told_though_the_answer_got_lost(
        self, connector: AnyConnector, vendor: OrderVendor
    ) -> None:
        """What is found later says as much as the answer would have; at the latest when it has settled."""
        first, rejected = list(self.parts)[:2]
        await vendor.reject(rejected)
        write = self._order(first, rejected)
        await vendor.lose_next_answer()
        with pytest.raises((OutcomeUnknownError, RejectedError)) as raised:
            await connector.send_write(write)
        if raised.type is RejectedError:
            assert not await self._mine(vendor, write), "it was called refused, and a part of it was ordered"
            return
        kind = connector.describe_capabilities().write(PLACE)
        settled = connector.ctx.clock.now() - timedelta(seconds=1 + (kind.settle_s if kind else 0))
        found = await connector.find_write(replace(write, attempted_at=settled))
        assert isinstance(found, Found), f"it was ordered, and looking for it gave {found}"
        told = found.refused.get("lines", "")
        assert "2" in told or rejected in told, f"a line was not taken, and the order that is found says: {told}"

    async def test_it_reads_back_as_it_was_ordered(self, connector: AnyConnector) -> None:
        """Core reads the order back: our number, each line with part and quantity, the price to the last digit."""
        require(connector, "fetch_records", "map_record")
        write = self._order(*self.parts)
        ref = (await self._send(connector, write)).ref
        (outcome,) = [one async for one in connector.fetch_records("purchase_orders", [ref])]
        assert outcome.status is FetchStatus.FOUND
        (record,) = outcome.records
        order, also, _ = connector.map_record("purchase_orders", record.raw or {})
        assert isinstance(order, PurchaseOrder)
        assert order.external_id == ref
        assert order.reference == order_number(write.id), "our number is not read back whole"
        assert order.status is not None, "say where it stands"
        assert order.status.is_open, "what was just ordered may still come"
        lines = [line for line in also if isinstance(line, PurchaseOrderLine)]
        assert {line.order_ref for line in lines} <= {ref}
        assert len({line.external_id for line in lines}) == len(lines), "two lines have one id"
        assert {line.part_number: line.quantity for line in lines} == {part: Decimal(2) for part in self.parts}
        for line in lines:
            price = None if line.unit_cost is None else (line.unit_cost, line.currency)
            exact = Decimal(self.parts[line.part_number or ""])
            assert price in {None, (exact, self.currency)}, f"{line.part_number} costs {exact} and reads {price}"

    def _order(self, *parts: str) -> Write:
        lines: list[dict[str, Any]] = [
            {
                "number": number,
                "part_number": part,
                "name": part,
                "quantity": "2",
                "unit_cost": self.parts[part],
                "currency": self.currency,
            }
            for number, part in enumerate(parts, 1)
        ]
        assert lines, "name in `parts` what can be ordered"
        return Write(new_id(), PLACE, values={"lines": lines})

    @staticmethod
    async def _send(connector: AnyConnector, write: Write) -> WriteReceipt:
        receipt = await connector.send_write(replace(write, attempted_at=connector.ctx.clock.now()))
        assert isinstance(receipt, WriteReceipt)
        assert receipt.ref, "a receipt names the order"
        return receipt

    @staticmethod
    async def _mine(vendor: OrderVendor, write: Write) -> list[Mapping[str, Decimal]]:
        number = order_number(write.id)
        return [quantities for reference, quantities in await vendor.placed() if reference == number]
