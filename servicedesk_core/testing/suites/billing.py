"""What every connector of the billing family must do beyond :class:`WriteSuite`, as tests that its author subclasses.

::

    class TestAcmeBilling(BillingSuite):
        customer, item, tax_code = "1", "10", "S"  # the ledger's ids of what can be invoiced now
        tax_rate = "20"
        currency = "EUR"  # the ledger's own
        rounding_item = "99"

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme

        @pytest.fixture
        def vendor(self, stand):
            return AcmeBooks(stand)  # a BillingVendor

The suite plays core's part: it sends, and after an answer that got lost it looks before it sends again. A test of
something that the ledger or its stand-in cannot do skips itself and says so.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest

from servicedesk_core.domain.billing import (
    DocumentKind,
    DocumentRequest,
    DocumentStatus,
    Payment,
    PaymentAllocation,
    TaxRounding,
)
from servicedesk_core.errors import NotFoundError, RejectedError
from servicedesk_core.hooks import Found, ReconcilableBy, Write
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.billing_case import INVOICE
from servicedesk_core.testing.suites.billing_refusals import BillingRefusals
from servicedesk_core.testing.suites.billing_vendor import TOLERANCE, BillingVendor, written
from servicedesk_core.testing.suites.passes import pages_of, whole
from servicedesk_core.testing.suites.write_truths import new_id

CREATE: Final = "sales_invoices.create"
MANY_LINES: Final = 250
ODD_LINES: Final = (
    ("3", "19.99"),
    ("0.25", "85.00"),
    ("1", "1234567.89"),
    ("0.3", "0.10"),
    ("0", "50.00"),
    ("-1", "4.10"),
    ("0.5", "0.01"),
)
"""Whole and broken quantities, nothing, a discount, half a cent, and what no float adds up."""


class BillingSuite(BillingRefusals):
    """Subclass it in a test file, and give it the fixtures ``connector`` and ``vendor``, which share one stand-in.

    ``connector`` is opened and may write everything. The attributes say what can be invoiced there.
    """

    def test_what_it_writes_and_reads_is_said(self, connector: AnyConnector) -> None:
        """Documents are found by our number, which proves absence; allocations are part of their payment."""
        can, offered = self._can(connector), connector.describe_capabilities()
        assert can == connector.describe_capabilities().billing, "it says something else each time"
        assert can.max_lines >= 1
        assert min(can.unit_price_decimals, can.quantity_decimals) >= 0
        kinds = {one.kind: one for one in offered.writes if one.kind in {CREATE, "credit_notes.create"}}
        assert CREATE in kinds, f"it does not offer {CREATE}"
        for kind in kinds.values():
            assert kind.reconcilable_by is ReconcilableBy.REFERENCE, f"{kind.kind}: our number is searched for"
            assert {"number", "customer", "lines"} <= set(kind.required), f"{kind.kind}: what no document lacks"
            left_out = set(DocumentRequest.model_fields) - set(kind.fields)
            assert not left_out, f"{kind.kind}: a request says {left_out}, too"
        streams = {one.stream: one for one in offered.streams}
        assert {one.partition(".")[0] for one in kinds} <= streams.keys(), "what it writes cannot be followed"
        if "payments" in streams:
            allocations = streams.get("payment_allocations")
            assert allocations is not None, "what a payment settles cannot be followed"
            assert allocations.part_of == "payments"

    async def test_an_invoice_stands_once_under_our_whole_number(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """And is found again by it; sent once more, it is the same one or is refused."""
        asks = self._asks(connector)
        request = asks.document(("2", "10.00"), ("1.5", "85.00"))
        write = written(request)
        ref = await self._send(connector, write)
        await self._stands(vendor, request)
        found = await connector.find_write(write)
        assert found == Found(ref), f"it stands, and looking for it gave {found}"
        try:
            again = await self._send(connector, replace(write, id=new_id()))
        except RejectedError:
            again = ref
        assert again == ref, "it was taken for another one"
        await self._stands(vendor, request)

    async def test_a_document_reads_back_to_the_last_digit(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """Nothing, discounts, half a cent and broken quantities; amounts went through no float, and no line is lost."""
        request = self._asks(connector).document(*ODD_LINES)
        ref = await self._send(connector, written(request))
        self._assert_shown(connector, request, await connector.read_document(INVOICE, ref))
        await self._stands(vendor, request)

    async def test_a_unit_price_keeps_the_decimals_that_are_promised(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """What is finer is refused before anything stands; a price is never rounded in silence."""
        can, asks = self._can(connector), self._asks(connector)
        most = min(can.unit_price_decimals, 4)
        request = asks.document(("400", f"{1 + Decimal(3).scaleb(-most):f}"))
        ref = await self._send(connector, written(request))
        self._assert_shown(connector, request, await connector.read_document(INVOICE, ref))
        if can.unit_price_decimals < 4:
            finer = Decimal(3).scaleb(-can.unit_price_decimals - 1)
            await self._refused(connector, vendor, asks.document(("400", f"{1 + finer:f}")), "decimal")

    async def test_tax_is_rounded_as_it_says(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """Without a tolerance a preview must agree to the cent with what the ledger makes of it."""
        asks = self._asks(connector)
        if asks.can.tax_rounding is TaxRounding.UNKNOWN:
            pytest.skip("only the ledger can say what the tax is")
        request = asks.document(*asks.telling_lines(), tolerance=Decimal(0))
        ref = await self._send(connector, written(request))
        shown = await connector.read_document(INVOICE, ref)
        told = (shown.net, shown.tax, shown.total)
        assert told == (request.net, request.tax, request.total), f"net, tax and total: {told}"
        await self._stands(vendor, request)

    async def test_many_lines_are_written_whole_and_too_many_refused(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """No line is cut off; more than the ledger takes are refused before anything stands."""
        can, asks = self._can(connector), self._asks(connector)
        request = asks.document(*[("1", "1.07")] * min(can.max_lines, MANY_LINES))
        ref = await self._send(connector, written(request))
        self._assert_shown(connector, request, await connector.read_document(INVOICE, ref))
        await self._refused(connector, vendor, asks.document(*[("1", "1.07")] * (can.max_lines + 1)), "lines")

    async def test_a_lost_answer_is_found_and_not_written_again(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """What core does after a time-out ends with one document."""
        asks = self._asks(connector)
        earlier, request = asks.document(("1", "5.00")), asks.document(("1", "5.00"))
        known = await self._send(connector, written(earlier))
        await vendor.lose_next_answer()
        found = await self._lost(connector, replace(written(request), taken_refs=frozenset({known})))
        assert isinstance(found, Found), f"it stands, and looking for it gave {found}"
        assert found.ref != known, "another document was taken for it"
        await self._stands(vendor, request)

    async def test_a_total_within_the_tolerance_gets_one_rounding_line(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """By a cent or two, up or down, the client reads the total that was approved; also when the answer got lost."""
        for is_lost, shift in ((False, TOLERANCE), (False, Decimal("-0.01")), (True, TOLERANCE)):
            request = self._rounded(connector).document(("2", "10.00"), ("1", "3.35"))
            await vendor.shift_next_total(shift)
            if is_lost:
                await vendor.lose_next_answer()
                found = await self._lost(connector, written(request))
                assert isinstance(found, Found), f"it stands, and looking for it gave {found}"
                ref = found.ref
            else:
                ref = await self._send(connector, written(request))
            self._assert_shown(connector, request, await connector.read_document(INVOICE, ref), rounding_lines=1)
            await self._stands(vendor, request)

    async def test_a_draft_is_left_for_somebody_to_approve(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """Only what was asked for as a draft; a ledger without drafts refuses it and books nothing."""
        asks = self._asks(connector)
        request = asks.document(("2", "10.00"), draft=True)
        if asks.can.has_drafts:
            ref = await self._send(connector, written(request))
            shown = await connector.read_document(INVOICE, ref)
            assert shown.status in {DocumentStatus.DRAFT, DocumentStatus.SUBMITTED}, "it was booked"
        else:
            await self._refused(connector, vendor, request, "draft")
        booked = await connector.read_document(INVOICE, await self._send(connector, written(asks.document(("1", "2")))))
        assert booked.status is DocumentStatus.OPEN, "it was left as a draft"

    async def test_a_credit_note_settles_its_invoice(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """By what it comes to, in amounts that are positive; the rest stays to be paid."""
        if connector.describe_capabilities().write("credit_notes.create") is None:
            pytest.skip("it writes no credit notes")
        asks = self._asks(connector)
        invoice = asks.document(("2", "10.00"), ("1", "7.50"))
        credited = await self._send(connector, written(invoice))
        note = asks.document(("1", "7.50"), kind=DocumentKind.CREDIT_NOTE, credits=credited)
        write = written(note)
        ref = await self._send(connector, write)
        shown = await connector.read_document(DocumentKind.CREDIT_NOTE, ref)
        self._assert_shown(connector, note, shown, status=DocumentStatus.PAID)
        await self._stands(vendor, note)
        left = await connector.read_document(INVOICE, credited)
        assert left.total is not None
        assert shown.total is not None
        assert left.balance == left.total - shown.total, f"it settles {shown.total}, and {left.balance} is left"
        assert await connector.find_write(write) == Found(ref)

    async def test_what_is_void_stands_no_more(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """Each kind that can be made void is, and the write is found again."""
        kinds = [kind for kind in DocumentKind if connector.describe_capabilities().write(f"{kind.value}.void")]
        if not kinds:
            pytest.skip("it makes nothing void")
        for kind in kinds:
            request = self._asks(connector).document(("2", "10.00"), kind=kind)
            ref = await self._send(connector, written(request))
            void = Write(new_id(), f"{kind.value}.void", target=ref, values={"status": DocumentStatus.VOID.value})
            assert await self._send(connector, void) == ref
            assert await self._mine(vendor, request) == [], f"{kind.value}: it still stands"
            found = await connector.find_write(replace(void, attempted_at=connector.ctx.clock.now()))
            assert found == Found(ref), f"{kind.value}: it is void, and looking for that gave {found}"

    async def test_reading_a_document_changes_nothing(self, connector: AnyConnector, vendor: BillingVendor) -> None:
        """Read twice, it says the same; one that is not there is said to be missing."""
        ref = await self._send(connector, written(self._asks(connector).document(("2", "10.00"))))
        before = await vendor.standing()
        first, second = [await connector.read_document(INVOICE, ref) for _ in range(2)]
        assert first == second, "read twice, it says something else"
        assert sorted(await vendor.standing()) == sorted(before), "reading changed the books"
        with pytest.raises(NotFoundError):
            await connector.read_document(INVOICE, self.nobody)

    async def test_payments_add_up_and_settle_what_they_pay(
        self, connector: AnyConnector, vendor: BillingVendor
    ) -> None:
        """Allocations and what is left make the payment; the invoice is open, then paid."""
        payments = connector.describe_capabilities().stream("payments")
        if payments is None:
            pytest.skip("it reads no payments")
        request = self._asks(connector).document(("2", "10.00"))
        ref = await self._send(connector, written(request))
        total = (await connector.read_document(INVOICE, ref)).total
        assert total is not None
        part = Decimal("7.31")
        for amount, status, left in (
            (part, DocumentStatus.OPEN, total - part),
            (total - part, DocumentStatus.PAID, Decimal(0)),
        ):
            await vendor.pay(ref, amount)
            shown = await connector.read_document(INVOICE, ref)
            assert shown.status is status, f"{amount} was paid, and it is {shown.status}, not {status}"
            assert shown.balance == left, f"{amount} was paid, and {shown.balance} is left, not {left}"
        settled = []
        for record in (one for page in await pages_of(connector, whole(payments, None)) for one in page.records):
            payment, also, _ = connector.map_record("payments", record.raw or {})
            assert isinstance(payment, Payment)
            allocations = [one for one in also if isinstance(one, PaymentAllocation)]
            assert {one.payment_ref for one in allocations} <= {payment.external_id}
            assert len({one.external_id for one in allocations}) == len(allocations), "two allocations have one id"
            told = sum((one.amount for one in allocations if one.amount is not None), payment.unapplied or Decimal(0))
            assert payment.is_void or told == payment.amount, f"{told} of {payment.amount} is told"
            settled += [one.amount for one in allocations if one.sales_invoice_ref == ref]
        assert sorted(filter(None, settled)) == sorted([part, total - part]), "what was paid settles something else"
