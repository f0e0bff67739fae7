"""What a connector of the billing family must refuse, with nothing left standing in the books."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from servicedesk_core.errors import AuthenticationError, RejectedError
from servicedesk_core.hooks import Found
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.billing_case import INVOICE, BillingCase
from servicedesk_core.testing.suites.billing_vendor import TEXT, TOLERANCE, BillingVendor, written
from servicedesk_core.testing.suites.truths import assert_hides_secrets


class BillingRefusals(BillingCase):
    """Part of :class:`BillingSuite`."""

    async def test_a_total_beyond_the_tolerance_leaves_nothing_standing(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """It is refused with both amounts, and taken back; also after a lost answer, and without a way to round."""
        beyond = TOLERANCE + Decimal("0.01")
        asks = self._rounded(connector)
        await vendor.shift_next_total(beyond)
        request = asks.document(("2", "10.00"))
        await self._refused(connector, vendor, request, f"{request.total:f}", f"{(request.total or 0) + beyond:f}")
        await vendor.shift_next_total(TOLERANCE)
        request = replace(asks, rounding_item=None, rounding_account=None).document(("2", "10.00"))
        await self._refused(connector, vendor, request, f"{request.total:f}")
        await vendor.shift_next_total(beyond)
        await vendor.lose_next_answer()
        request = asks.document(("2", "10.00"))
        with suppress(RejectedError):
            await self._lost(connector, written(request))
        assert await self._mine(vendor, request) in ([], [request.total]), "a wrong total still stands"

    async def test_a_document_of_our_number_that_is_not_ours_is_left_alone(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """Somebody entered it by hand: it is refused, never changed, and never taken for ours."""
        request = self._asks(connector).document(("2", "10.00"))
        write = written(request)
        ref = await vendor.add_other(request.number)
        before = await connector.read_document(INVOICE, ref)
        await self._refused(connector, vendor, request, request.number, standing=1)
        assert await connector.read_document(INVOICE, ref) == before, "it was changed"
        with suppress(RejectedError):
            found = await connector.find_write(replace(write, attempted_at=connector.ctx.clock.now()))
            assert not isinstance(found, Found), "it was taken for ours"
        assert await connector.read_document(INVOICE, ref) == before, "it was changed by looking for ours"

    async def test_whom_it_cannot_invoice_it_names(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """A customer that is unknown or inactive is refused, and nobody else is invoiced, and nobody made."""
        asks = self._asks(connector)
        await self._refused(connector, vendor, asks.document(("2", "10.00"), customer=self.nobody), "customer")
        await vendor.deactivate(self.customer)
        await self._refused(connector, vendor, asks.document(("2", "10.00")), "customer")

    async def test_a_currency_without_a_rate_is_refused(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """Nobody takes one for one."""
        if not self.unrated:
            pytest.skip("name in `unrated` a currency for which the ledger has no rate")
        request = self._asks(connector).document(("2", "10.00"), currency=self.unrated)
        await self._refused(connector, vendor, request, "currency")

    async def test_what_adds_up_to_something_else_is_refused_unsent(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """Values that are no document never reach the ledger, and the error repeats none of its texts."""
        request = self._asks(connector).document(("2", "10.00"))
        write = written(request)
        for wrong in ({"net": "1.23"}, {"lines": [{"description": TEXT}]}, {"currency": "euros"}):
            await self._refuses(connector, replace(write, values=write.values | wrong))
        assert await self._mine(vendor, request) == []

    async def test_wrong_credentials_are_told_without_them(self, rejected: AnyConnector | None) -> None:
        """Who is not let in is told so, and the error holds no secret."""
        if rejected is None:
            pytest.skip("override the fixture rejected to have this tested")
        with pytest.raises(AuthenticationError) as raised:
            await rejected.read_document(INVOICE, self.nobody)
        await assert_hides_secrets(rejected, [str(raised.value), raised.value.hint, raised.value.detail], "the error")
