"""What the tests of billing share: what is asked for, and how it is held against the books."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from servicedesk_core.domain.billing import (
    Document,
    DocumentKind,
    DocumentRequest,
    DocumentStatus,
    TaxRounding,
    Verdict,
    compared,
)
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import BillingCapability, FindResult, Found, ProvenAbsent, Write
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.billing_vendor import TEXT, Asks, BillingVendor, written
from servicedesk_core.testing.suites.skipping import require
from servicedesk_core.testing.suites.truths import assert_hides_secrets

INVOICE = DocumentKind.INVOICE


class BillingCase:
    """Part of :class:`BillingSuite`.

    Attributes:
        customer: The ledger's id of a customer that can be invoiced.
        nobody: An id that no customer has.
        item: The ledger's id of an item; ``None`` where lines name an account alone.
        account: The ledger's id of an account, where lines need one.
        tax_code: The ledger's id of how lines are taxed.
        tax_rate: Its rate in percent, as text.
        rounding_item: The ledger's id of the item of a rounding line, or
        rounding_account: of its account.
        currency: The ledger's own.
        unrated: A currency for which the ledger has no rate; empty = that is not tested.
    """

    customer: ClassVar[str] = ""
    nobody: ClassVar[str] = "999999999"
    item: ClassVar[str | None] = None
    account: ClassVar[str | None] = None
    tax_code: ClassVar[str | None] = None
    tax_rate: ClassVar[str] = "0"
    rounding_item: ClassVar[str | None] = None
    rounding_account: ClassVar[str | None] = None
    currency: ClassVar[str] = "USD"
    unrated: ClassVar[str] = ""

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector that may write; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    def vendor(self) -> BillingVendor:
        """Return what the tests may do behind the connector's back; the subclass overrides this."""
        return BillingVendor()

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return an opened connector whose credentials the ledger rejects; override it to have that tested."""
        return None

    def _can(self, connector: AnyConnector) -> BillingCapability:
        require(connector, "read_document")
        can = connector.describe_capabilities().billing
        assert can is not None, "it implements read_document, and Capabilities.billing says nothing of the ledger"
        return can

    def _asks(self, connector: AnyConnector) -> Asks:
        assert self.customer, "name in `customer` whom the ledger can invoice"
        return Asks(
            can=self._can(connector),
            today=connector.ctx.clock.now().date(),
            customer=self.customer,
            currency=self.currency,
            item=self.item,
            account=self.account,
            tax_code=self.tax_code,
            tax_rate=Decimal(self.tax_rate),
            rounding_item=self.rounding_item,
            rounding_account=self.rounding_account,
        )

    def _rounded(self, connector: AnyConnector) -> Asks:
        asks = self._asks(connector)
        if asks.can.tax_rounding is TaxRounding.UNKNOWN:
            pytest.skip("only the ledger can say what the total is")
        assert self.rounding_item or self.rounding_account, "name in `rounding_item` what a rounding line is for"
        return asks

    @staticmethod
    async def _send(connector: AnyConnector, write: Write) -> str:
        receipt = await connector.send_write(replace(write, attempted_at=connector.ctx.clock.now()))
        assert receipt.ref, "a receipt names the document"
        assert not receipt.refused, f"nothing of it should have been left out: {receipt.refused}"
        return str(receipt.ref)

    async def _lost(self, connector: AnyConnector, write: Write) -> FindResult:
        """Do what core does when an answer got lost: look, and send again what is proven absent."""
        with pytest.raises(OutcomeUnknownError):
            await connector.send_write(write)
        kind = connector.describe_capabilities().declared(write.kind)
        settled = connector.ctx.clock.now() - timedelta(seconds=kind.settle_s + 1)
        found: FindResult = await connector.find_write(replace(write, attempted_at=settled))
        return Found(await self._send(connector, write)) if isinstance(found, ProvenAbsent) else found

    async def _refused(
        self, connector: AnyConnector, vendor: BillingVendor, request: DocumentRequest, *told: str, standing: int = 0
    ) -> None:
        """Assert that a document is refused, that the error tells all of these, and that no more of it stands."""
        error = await self._refuses(connector, written(request))
        text = f"{error} {error.hint} {error.detail} {error.field_errors}".casefold()
        for one in told:
            assert one.casefold() in text, f"the refusal says nothing of {one}: {text}"
        assert len(await self._mine(vendor, request)) == standing, "it was refused, and stands"

    async def _refuses(self, connector: AnyConnector, write: Write) -> RejectedError:
        with pytest.raises(RejectedError) as raised:
            await connector.send_write(replace(write, attempted_at=connector.ctx.clock.now()))
        told = [str(raised.value), raised.value.hint, raised.value.detail]
        await assert_hides_secrets(connector, told, "the refusal")
        assert TEXT not in str(told), "the error repeats what the client reads"
        return raised.value

    @staticmethod
    async def _mine(vendor: BillingVendor, request: DocumentRequest) -> Sequence[Decimal]:
        return [total for number, total in await vendor.standing() if number == request.number]

    async def _stands(self, vendor: BillingVendor, request: DocumentRequest) -> None:
        totals = await self._mine(vendor, request)
        assert len(totals) == 1, f"{request.number} should stand once, and stands {len(totals)} times"
        assert request.total in {None, totals[0]}, f"{request.total} was asked for, and {totals[0]} stands"

    def _assert_shown(
        self,
        connector: AnyConnector,
        request: DocumentRequest,
        shown: Document,
        *,
        status: DocumentStatus = DocumentStatus.OPEN,
        rounding_lines: int = 0,
    ) -> None:
        """Assert that a document reads as it was asked for: what a request says is read, and is equal."""
        told = compared(request, shown, rounding_lines=rounding_lines)
        assert told.verdict is Verdict.EQUAL, " ".join(told.reasons)
        ours = shown.reference if self._can(connector).numbers_itself else shown.number
        assert ours == request.number, "our number is not read back whole"
        assert shown.status is status, f"it is {shown.status}, not {status}"
        assert (shown.customer, shown.currency) == (request.customer, request.currency), "say whose it is, and in what"
        assert None not in {shown.total, shown.balance}, "say what it comes to, and what is left to pay"
        assert shown.issue_on == request.issue_on
        lines = shown.lines[: len(request.lines)]
        for mine, other in zip(request.lines, lines, strict=True):
            assert other.amount == mine.amount, f"line {mine.number} says {other.amount}, not {mine.amount}"
            assert other.quantity in {None, mine.quantity}, f"line {mine.number}: a quantity of {other.quantity}"
            assert other.unit_price in {None, mine.unit_price}, f"line {mine.number}: a price of {other.unit_price}"
