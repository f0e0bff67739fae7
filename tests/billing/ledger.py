"""A ledger in one file: what was booked there outlives whoever sent it, and it fails as it is told."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from servicedesk_core import hookimpl
from servicedesk_core.domain import CreditNote, Customer, SalesInvoice, SalesItem, TaxCode
from servicedesk_core.domain.billing import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentRequest,
    DocumentStatus,
    TaxRounding,
    Verdict,
    compared,
)
from servicedesk_core.domain.parts import decimal_of
from servicedesk_core.errors import (
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import (
    BillingCapability,
    Capabilities,
    Connector,
    ConnectorSettings,
    FetchOutcome,
    FetchStatus,
    Known,
    Mapped,
    Page,
    ProvenAbsent,
    ReconcilableBy,
    StreamCapability,
    VendorIdentity,
    WriteCapability,
    WriteReceipt,
    looked_for,
    source_record,
)
from tests.things import ThingsFile

WRITES = tuple(
    WriteCapability(
        f"{kind.value}.create",
        ReconcilableBy.REFERENCE,
        "Accounting",
        fields=tuple(DocumentRequest.model_fields),
        required=("number", "customer", "lines"),
        visible_to="customer",
    )
    for kind in DocumentKind
)

CUSTOMERS = WriteCapability(
    "customers.create",
    ReconcilableBy.REFERENCE,
    "Accounting",
    fields=("name", "number", "tax_number", "currency"),
    required=("name",),
)


class LedgerFile(ThingsFile):
    """What the ledger has, each as JSON with its kind and id."""

    def all(self, kind: str = DocumentKind.INVOICE) -> list[dict[str, Any]]:
        return super().all(kind)

    def change(self, ref: str, kind: str = DocumentKind.INVOICE, **told: Any) -> None:
        one = next(one for one in self.all(kind) if one["id"] == ref)
        self.put(kind, ref, **{key: value for key, value in (one | told).items() if key != "id"})

    def drop(self, ref: str, kind: str = DocumentKind.INVOICE) -> None:
        with self._open() as rows:
            rows.execute("DELETE FROM things WHERE kind = ? AND id = ?", (kind, ref))

    def tax_differs(self, by: str) -> None:
        """Have the tax engine come to so much more than was asked for."""
        self.put("engine", "tax", by=by)


class LedgerSettings(ConnectorSettings):
    path: str


class Books(Connector[LedgerSettings]):
    """A ledger without drafts, as QuickBooks is."""

    Settings = LedgerSettings
    has_drafts = False

    @property
    def file(self) -> LedgerFile:
        return LedgerFile(self.ctx.settings.path)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        streams = ("customers", "sales_items", "tax_codes", "sales_invoices", "credit_notes")
        return Capabilities(
            "Books",
            streams=tuple(StreamCapability(name, has_stamp=False) for name in streams),
            writes=(*WRITES, CUSTOMERS),
            billing=BillingCapability(TaxRounding.LINE, has_drafts=self.has_drafts, currency="EUR"),
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        return VendorIdentity("books", self.ctx.settings.path)

    @hookimpl
    async def send_write(self, write) -> WriteReceipt:
        fault = self.file.fault()
        if fault == "down":
            raise VendorUnavailableError("It is down.")
        if fault == "closed":
            raise RejectedError("The accounting period is closed.", field_errors=("issue_on",))
        if fault == "denied":
            raise PermissionDeniedError("It lets nobody in.")
        if write.kind == "customers.create":
            row = self.file.add("customers", **write.values)
            return WriteReceipt(row["id"], record=source_record(row))
        kind, asked = DocumentKind(write.kind.partition(".")[0]), DocumentRequest.of(write.values)
        if fault == "breaks_off":
            self.file.add(kind, number=asked.number, begun=True)
            raise OutcomeUnknownError("It broke off, and comes to 120.01, not 120.00.")
        for one in self.file.all(kind):
            if one["number"] == asked.number and one.get("begun"):
                self.file.drop(one["id"], kind)
        if any(one["number"] == asked.number for one in self.file.all(kind)):
            raise RejectedError(f"The number {asked.number} is taken.", field_errors=("number",))
        receipt = WriteReceipt(self._book(kind, asked))
        if fault == "left_out":
            return replace(
                receipt, refused={"credits": "Only 12.50 is left to pay."}, warnings=("It comes to 120.00.",)
            )
        if fault == "lost_answer":
            raise OutcomeUnknownError("It did not answer.")
        return receipt

    def _book(self, kind: DocumentKind, asked: DocumentRequest) -> str:
        engine = next((Decimal(one["by"]) for one in self.file.all("engine")), Decimal(0))
        lines = [{"description": one.description, "amount": f"{one.amount:f}", "item": one.item} for one in asked.lines]
        tax = (asked.tax or Decimal(0)) + engine
        one = self.file.add(
            kind,
            number=asked.number,
            customer=asked.customer,
            status="draft" if asked.draft else "open",
            issued_on=str(asked.issue_on),
            currency=asked.currency,
            lines=lines,
            net=f"{asked.net:f}",
            tax=f"{tax:f}",
            credits=asked.credits,
        )
        difference = compared(asked, _document(kind, one))
        if difference.verdict is Verdict.ROUNDING:
            extra = {"description": "Rounding", "amount": f"{difference.amount:f}", "item": asked.rounding_item}
            net = asked.net + difference.amount
            self.file.change(one["id"], kind, lines=[*lines, extra], net=f"{net:f}")
        elif difference.verdict is Verdict.OTHER:
            self.file.drop(one["id"], kind)
            raise RejectedError(" ".join(difference.reasons))
        return one["id"]

    @hookimpl
    async def find_write(self, write):
        kind, asked = write.kind.partition(".")[0], DocumentRequest.of(write.values)
        for one in self.file.all(kind):
            if one["number"] == asked.number and one.get("begun"):
                return ProvenAbsent("it was begun", one["id"], begun=one["id"])

        async def search(number: str, parent: str | None) -> list[str]:
            return [one["id"] for one in self.file.all(kind) if one["number"] == number]

        async def canary() -> Known | None:
            return next((Known(one["number"], one["id"]) for one in self.file.all(kind)), None)

        by_number = replace(write, id=asked.number, earlier=())
        return await looked_for(by_number, search, now=self.ctx.clock.now(), settle_s=0, canary=canary)

    @hookimpl
    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        found = next((one for one in self.file.all(kind) if one["id"] == ref), None)
        if found is None:
            raise NotFoundError("There is no such document.")
        return _document(kind, found)

    @hookimpl
    async def pull(self, request) -> AsyncIterator[Page]:
        yield Page([source_record(row) for row in self.file.all(request.stream)], None, last=True)

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        rows = {row["id"]: row for row in self.file.all(stream)}
        for ref in refs:
            found = (source_record(rows[ref]),) if ref in rows else ()
            yield FetchOutcome(ref, FetchStatus.FOUND if found else FetchStatus.MISSING, found)

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        if stream == "customers":
            return Mapped(Customer(external_id=raw["id"], name=raw["name"], is_active=True))
        if stream == "sales_items":
            return Mapped(SalesItem(external_id=raw["id"], name=raw["name"]))
        if stream == "tax_codes":
            return Mapped(TaxCode(external_id=raw["id"], name=raw["name"], rate=decimal_of(raw["rate"])))
        total = decimal_of(raw["net"]) + decimal_of(raw["tax"])
        told = {
            "external_id": raw["id"],
            "number": raw["number"],
            "customer_ref": raw["customer"],
            "status": DocumentStatus(raw["status"]),
            "issued_on": date.fromisoformat(raw["issued_on"]),
            "currency": raw["currency"],
            "net": decimal_of(raw["net"]),
            "tax": decimal_of(raw["tax"]),
            "total": total,
        }
        if stream == "credit_notes":
            return Mapped(CreditNote(**told))
        paid = raw.get("paid_on")
        balance = Decimal(0) if paid else total
        return Mapped(SalesInvoice(**told, balance=balance, paid_on=date.fromisoformat(paid) if paid else None))

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        return "1"


class Drafting(Books):
    """A ledger in which a document can be left for somebody to approve, as in Xero."""

    has_drafts = True


def _document(kind: DocumentKind, one: Mapping[str, Any]) -> Document:
    net, tax = decimal_of(one["net"]), decimal_of(one["tax"])
    lines = tuple(
        DocumentLine(description=line["description"], amount=decimal_of(line["amount"]), item=line["item"])
        for line in one["lines"]
    )
    return Document(
        kind=kind,
        ref=one["id"],
        number=one["number"],
        customer=one["customer"],
        status=DocumentStatus(one["status"]),
        currency=one["currency"],
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
    )
