"""Books in memory, and a connector to them that keeps the contract of the billing family."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain.billing import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentRequest,
    DocumentStatus,
    Payment,
    PaymentAllocation,
    TaxRounding,
    Verdict,
    compared,
    line_net,
    taxed,
)
from servicedesk_core.errors import AuthenticationError, NotFoundError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    BillingCapability,
    Capabilities,
    Found,
    Known,
    Mapped,
    Page,
    ReconcilableBy,
    StreamCapability,
    WriteCapability,
    WriteReceipt,
    looked_for,
    source_record,
)
from servicedesk_core.testing import BillingVendor

RATE = Decimal(20)
SETTLE_S = 60.0
STANDS = {"draft", "open", "paid"}
REQUEST = tuple(DocumentRequest.model_fields)
CREATES = tuple(
    WriteCapability(
        f"{kind}.create", ReconcilableBy.REFERENCE, "Sales", REQUEST, ("number", "customer", "lines"), settle_s=SETTLE_S
    )
    for kind in DocumentKind
)
VOIDS = tuple(
    WriteCapability(f"{kind}.void", ReconcilableBy.RECORD, "Sales", ("status",), needs="target")
    for kind in DocumentKind
)


class LostError(Exception):
    """The connection broke."""


class NoError(Exception):
    """The ledger says no."""


@dataclass
class Books:
    """What a ledger keeps, and what goes wrong next."""

    customers: dict[str, bool] = field(default_factory=lambda: {"C1": True})
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: list[dict[str, Any]] = field(default_factory=list)
    shift: Decimal = Decimal(0)
    loses: bool = False

    def named(self, number: str) -> list[str]:
        return [ref for ref, row in self.rows.items() if row["number"] == number and row["status"] in STANDS]

    def make(self, row: dict[str, Any]) -> str:
        if not self.customers.get(row["customer"]):
            raise NoError("The customer is unknown or inactive.")
        if row["currency"] not in {"EUR", "USD"}:
            raise NoError("There is no rate of that currency.")
        ref = str(len(self.rows) + 1)
        self.rows[ref] = row | {"shift": self.shift, "paid": Decimal(0), "reads": 0}
        self.shift = Decimal(0)
        self.answer()
        return ref

    def answer(self) -> None:
        if self.loses:
            self.loses = False
            raise LostError

    def totals(self, ref: str) -> tuple[Decimal, Decimal]:
        row = self.rows[ref]
        amounts = [line_net(line["quantity"], line["price"], row["currency"]) for line in row["lines"]]
        rates = [RATE if line["taxed"] else Decimal(0) for line in row["lines"]]
        taxes = taxed(list(zip(amounts, rates, strict=True)), TaxRounding.DOCUMENT, row["currency"]) or ()
        return sum(amounts, Decimal(0)), sum(taxes, Decimal(0)) + row["shift"]

    def settle(self, ref: str, amount: Decimal) -> None:
        row = self.rows[ref]
        row["paid"] += amount
        row["status"] = "paid" if row["paid"] == sum(self.totals(ref)) else "open"


class Settings(ConnectorSettings):
    token: SecretStr = SecretStr("letmein-please")


class Ledger(Connector[Settings]):
    """Writes into the books by the rules."""

    Settings = Settings
    books: Books
    billing = BillingCapability(
        TaxRounding.DOCUMENT, has_drafts=True, unit_price_decimals=3, max_lines=300, currency="EUR"
    )

    @hookimpl
    def describe_capabilities(self):
        streams = ("sales_invoices", "credit_notes", "payments")
        return Capabilities(
            "Ledger",
            streams=(
                *(StreamCapability(name, has_stamp=False) for name in streams),
                StreamCapability("payment_allocations", part_of="payments"),
            ),
            writes=(*CREATES, *VOIDS),
            billing=self.billing,
        )

    @hookimpl
    async def read_document(self, kind, ref):
        if self.ctx.settings.token.get_secret_value() != "letmein-please":
            raise AuthenticationError("The ledger let nobody in.")
        return self.shown(kind, ref)

    def shown(self, kind, ref):
        if (row := self.books.rows.get(ref)) is None or row["kind"] != kind:
            raise NotFoundError("There is no such document.")
        net, tax = self.books.totals(ref)
        return Document(
            kind=kind,
            ref=ref,
            number=row["number"],
            customer=row["customer"],
            status=DocumentStatus(row["status"]),
            issue_on=row["on"],
            currency=row["currency"],
            lines=tuple(self.line(line, row["currency"]) for line in row["lines"]),
            net=net,
            tax=tax,
            total=net + tax,
            balance=net + tax - row["paid"],
        )

    def line(self, line, currency):
        amount = line_net(line["quantity"], line["price"], currency)
        return DocumentLine(quantity=line["quantity"], unit_price=line["price"], amount=amount)

    @hookimpl
    async def send_write(self, write):
        self.describe_capabilities().checked(write)
        if write.target is not None:
            self.void(write.target)
            return WriteReceipt(write.target)
        request = self.request(write)
        if there := self.books.named(request.number):
            return WriteReceipt(self.ours(request, there[0]))
        try:
            ref = self.books.make(self.row(request))
        except LostError:
            raise OutcomeUnknownError("The answer got lost.") from None
        except NoError as error:
            raise RejectedError(
                str(error), field_errors=("currency",) if "rate" in str(error) else ("customer",)
            ) from None
        return WriteReceipt(self.finished(request, ref))

    def request(self, write):
        try:
            request = DocumentRequest.of(write.values)
        except ValueError:
            raise RejectedError("It is no document.", field_errors=("lines",)) from None
        self.check(request)
        return request

    def check(self, request):
        if len(request.lines) > self.billing.max_lines:
            raise RejectedError(f"The ledger takes {self.billing.max_lines} lines.")
        if any(line.unit_price != round(line.unit_price, 3) for line in request.lines):
            raise RejectedError("A unit price has three decimals at most.")

    def row(self, request):
        return {
            "kind": request.kind,
            "number": request.number,
            "customer": request.customer,
            "status": "draft" if request.draft else "open",
            "currency": request.currency,
            "on": request.issue_on,
            "lines": [{"quantity": one.quantity, "price": one.unit_price, "taxed": True} for one in request.lines],
        }

    def ours(self, request, ref):
        """Return the id of a document that stands already, when it is the one that was asked for."""
        if compared(request, self.shown(request.kind, ref)).verdict is not Verdict.EQUAL:
            raise RejectedError(f"Another document stands under {request.number}.", field_errors=("number",))
        return ref

    def finished(self, request, ref):
        """Hold what was made against what was asked for: round it off, or take it back."""
        told = compared(request, self.shown(request.kind, ref))
        if told.verdict is Verdict.ROUNDING:
            self.round_off(ref, told.amount)
        elif told.verdict is Verdict.OTHER:
            self.void(ref)
            raise RejectedError(" ".join(told.reasons))
        if request.credits:
            total = sum(self.books.totals(ref))
            self.books.settle(request.credits, total)
            self.books.settle(ref, total)
        return ref

    def round_off(self, ref, amount):
        self.books.rows[ref]["lines"].append({"quantity": Decimal(1), "price": amount, "taxed": False})

    def void(self, ref):
        self.books.rows[ref]["status"] = "void"

    @hookimpl
    async def find_write(self, write):
        if write.target is not None:
            return Found(write.target)
        request = self.request(write)

        async def search(number, parent):
            del parent
            return self.books.named(number)

        async def canary():
            return next(
                (Known(row["number"], ref) for ref, row in self.books.rows.items() if row["status"] in STANDS), None
            )

        looked = replace(write, id=request.number, earlier=())
        found = await looked_for(looked, search, now=self.ctx.clock.now(), settle_s=SETTLE_S, canary=canary)
        return Found(self.recognised(request, found.ref)) if isinstance(found, Found) else found

    def recognised(self, request, ref):
        """Return the id of what was found, finished as its answer would have had it; one by hand is another's."""
        shown = self.shown(request.kind, ref)
        if [line.amount for line in shown.lines[: len(request.lines)]] != [line.amount for line in request.lines]:
            raise RejectedError(f"Another document stands under {request.number}.", field_errors=("number",))
        rounding_lines = len(shown.lines) - len(request.lines)
        if compared(request, shown, rounding_lines=rounding_lines).verdict is Verdict.EQUAL:
            return ref
        return self.finished(request, ref)

    @hookimpl
    async def pull(self, request):
        rows = self.books.payments if request.stream == "payments" else []
        yield Page([source_record(row) for row in rows], resume=None, last=True)

    @hookimpl
    def map_record(self, stream, raw):
        amount = Decimal(raw["amount"])
        payment = Payment(external_id=raw["id"], amount=amount, unapplied=Decimal(0))
        one = PaymentAllocation(
            external_id=f"{raw['id']}:1", payment_ref=raw["id"], sales_invoice_ref=raw["of"], amount=amount
        )
        return Mapped(payment, (one,))


class Behind(BillingVendor):
    def __init__(self, books):
        self.books = books

    async def standing(self):
        rows = self.books.rows
        return [(row["number"], sum(self.books.totals(ref))) for ref, row in rows.items() if row["status"] in STANDS]

    async def lose_next_answer(self):
        self.books.loses = True

    async def add_other(self, number):
        line = {"quantity": Decimal(1), "price": Decimal(1), "taxed": True}
        return self.books.make(
            {"kind": "sales_invoices", "number": number, "customer": "C1", "status": "open"}
            | {"currency": "EUR", "on": None, "lines": [line]}
        )

    async def shift_next_total(self, amount):
        self.books.shift = amount

    async def deactivate(self, customer):
        self.books.customers[customer] = False

    async def pay(self, ref, amount):
        self.books.settle(ref, amount)
        self.books.payments.append({"id": f"P{len(self.books.payments)}", "of": ref, "amount": f"{amount:f}"})
