"""A distributor, or a stock that keeps orders, in one file: what was ordered there outlives whoever ordered it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from servicedesk_core import hookimpl
from servicedesk_core.domain import PurchaseOrder, PurchaseOrderLine
from servicedesk_core.domain.parts import (
    OrderRequest,
    OrderStatus,
    PartOffer,
    PartQuery,
    PartSource,
    ReceiptRequest,
    decimal_of,
    order_number,
)
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, VendorUnavailableError
from servicedesk_core.hooks import (
    Capabilities,
    ChildKey,
    Connector,
    ConnectorSettings,
    FetchOutcome,
    FetchStatus,
    Found,
    Mapped,
    Page,
    PartsCapability,
    ReconcilableBy,
    StreamCapability,
    VendorIdentity,
    WriteCapability,
    WriteReceipt,
    as_ordered,
    looked_for,
    source_record,
)
from tests.things import ThingsFile

PLACE = WriteCapability(
    "purchase_orders.place",
    ReconcilableBy.REFERENCE,
    right="Orders",
    fields=("lines", "supplier", "ship_to", "takes_back_orders", "note"),
    required=("lines",),
)
CANCEL = WriteCapability("purchase_orders.cancel", ReconcilableBy.RECORD, "Orders", ("status",), needs="target")
RECEIVE = WriteCapability(
    "goods_receipts.create",
    ReconcilableBy.REFERENCE,
    "Receipts",
    ("lines", "place", "note"),
    ("lines",),
    needs="parent",
)
WRITES = (PLACE, RECEIVE)


class ShopFile(ThingsFile):
    """What the shop has: offers by number, orders by id, and what goes wrong next, each as JSON."""

    def offer(self, number: str, price: Any = "100.00", **more: Any) -> None:
        self.put(
            "offer", number, price=price, **({"name": f"Part {number}", "currency": "EUR", "available": "9"} | more)
        )


class ShopSettings(ConnectorSettings):
    path: str


class Shop(Connector[ShopSettings]):
    """A distributor: orders are placed, found by our number and read."""

    Settings = ShopSettings
    kinds = (PLACE, CANCEL)
    source = PartSource.DISTRIBUTOR

    @property
    def file(self) -> ShopFile:
        return ShopFile(self.ctx.settings.path)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        return Capabilities(
            "Shop",
            streams=(
                StreamCapability("purchase_orders", has_stamp=False),
                StreamCapability("purchase_order_lines", part_of="purchase_orders"),
            ),
            writes=self.kinds,
            parts=PartsCapability(self.source, frozenset({"part_number", "words"})),
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        return VendorIdentity("shop", self.ctx.settings.path)

    @hookimpl
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        asked = (query.part_number or query.words or "").casefold()
        return tuple(
            _offer(one)
            for one in self.file.all("offer")
            if asked in f"{one['id']} {one['name']} {one.get('mpn')}".casefold()
        )

    @hookimpl
    async def send_write(self, write) -> WriteReceipt:
        fault = self.file.fault()
        if fault == "down":
            raise VendorUnavailableError("It is down.")
        receipt = {PLACE.kind: self._place, RECEIVE.kind: self._receive, CANCEL.kind: self._cancel}[write.kind](write)
        if fault == "lost_answer":
            raise OutcomeUnknownError("It did not answer.")
        return receipt

    def _place(self, write) -> WriteReceipt:
        request, offers = OrderRequest.of(write.values), {one["id"]: one for one in self.file.all("offer")}
        taken = [line for line in request.lines if not offers[line.part_number].get("rejects")]
        left = [line for line in request.lines if line not in taken]
        if not taken:
            raise RejectedError("No line can be delivered. Nothing was ordered.", field_errors=("lines",))
        lines = [
            {
                "number": str(line.number),
                "part_number": line.part_number,
                "quantity": f"{line.quantity:f}",
                "received": 0,
                "price": str(line.unit_cost) if line.unit_cost is not None else None,
                "currency": line.currency,
            }
            for line in taken
        ]
        apart = [line for line in lines if offers[line["part_number"]].get("apart")]
        groups = [group for group in ([line for line in lines if line not in apart], apart) if group]
        order, *_ = [
            self.file.add("order", reference=order_number(write.id), status="placed", lines=group) for group in groups
        ]
        why = "; ".join(f"line {one.number}: {offers[one.part_number]['rejects']}" for one in left)
        return WriteReceipt(order["id"], refused={"lines": why} if why else {})

    def _receive(self, write) -> WriteReceipt:
        asked = ReceiptRequest.of(write.values)
        order = self._order(write.parent)
        for one in asked.lines:
            line = next(line for line in order["lines"] if str(ChildKey(order["id"], line["number"])) == one.line)
            line["received"] = f"{Decimal(str(line['received'])) + one.quantity:f}"
            line["serials"] = list(one.serial_numbers)
        self.file.put("order", order["id"], **order)
        return WriteReceipt(self.file.add("receipt", reference=write.id, order=order["id"])["id"])

    def _cancel(self, write) -> WriteReceipt:
        self.file.put("order", write.target, **self._order(write.target) | {"status": "cancelled"})
        return WriteReceipt(write.target)

    def _order(self, ref: str) -> dict[str, Any]:
        return next(one for one in self.file.all("order") if one["id"] == ref)

    @hookimpl
    async def find_write(self, write):
        if write.kind == CANCEL.kind:
            return Found(write.target)
        kind, named = ("order", order_number) if write.kind == PLACE.kind else ("receipt", str)

        async def search(key: str, parent: str | None) -> list[str]:
            return [one["id"] for one in self.file.all(kind) if one["reference"] == named(key)]

        found = await looked_for(write, search, now=self.ctx.clock.now(), settle_s=0)
        return await as_ordered(self, write, found)

    @hookimpl
    async def pull(self, request) -> AsyncIterator[Page]:
        yield Page([source_record(row) for row in self.file.all("order")], None, last=True)

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        rows = {row["id"]: row for row in self.file.all("order")}
        for ref in refs:
            found = (source_record(rows[ref]),) if ref in rows else ()
            yield FetchOutcome(ref, FetchStatus.FOUND if found else FetchStatus.MISSING, found)

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        ref, expected = raw["id"], raw.get("expected")
        lines = (
            PurchaseOrderLine(
                external_id=str(ChildKey(ref, line["number"])),
                order_ref=ref,
                number=line["number"],
                part_number=line["part_number"],
                quantity=decimal_of(line["quantity"]),
                received=decimal_of(line["received"]),
                unit_cost=None if line["price"] is None else decimal_of(line["price"]),
                currency=line["currency"],
                serial_numbers=tuple(line.get("serials", ())),
            )
            for line in raw["lines"]
        )
        order = PurchaseOrder(
            external_id=ref,
            number=f"SO-{ref}",
            reference=raw["reference"],
            status=OrderStatus(raw["status"]),
            expected_on=date.fromisoformat(expected) if expected else None,
        )
        return Mapped(order, also=tuple(lines))

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        return "1"


class StoreRoom(Shop):
    """A stock of ours that keeps orders, and books what comes of them."""

    kinds = (PLACE, RECEIVE)
    source = PartSource.STOCK


def _offer(one: dict[str, Any]) -> PartOffer:
    price = one["price"]
    return PartOffer(
        number=one["id"],
        name=one["name"],
        manufacturer_part_number=one.get("mpn"),
        unit_price=None if price is None else decimal_of(price),
        currency=None if price is None else one["currency"],
        available=decimal_of(one["available"]),
        is_active=one.get("active"),
        is_orderable=one.get("orderable"),
        arrives_on=date.fromisoformat(one["arrives"]) if one.get("arrives") else None,
    )
