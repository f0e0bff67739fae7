"""The project's own Python client, unchanged, works against the stand-in."""

import pytest
import requests

pytest.importorskip("inventree")
from inventree.api import InvenTreeAPI
from inventree.company import Company, ManufacturerPart, SupplierPart, SupplierPriceBreak
from inventree.part import Part
from inventree.purchase_order import PurchaseOrder
from inventree.stock import StockItem, StockItemTracking, StockLocation


@pytest.fixture
def api(url, sandbox):
    return InvenTreeAPI(url, username=sandbox.options.username, password=sandbox.options.password)


def test_it_logs_in_and_gets_a_token_that_is_accepted(api, url):
    assert api.api_version == 534
    assert api.token.startswith("inv-")
    assert len(Part.list(InvenTreeAPI(url, token=api.token))) == 6
    with pytest.raises(ConnectionError):
        InvenTreeAPI(url, username="servicedesk", password="wrong")


def test_a_server_before_490_hands_out_tokens_at_the_older_address(api, sandbox):
    api.api_version, api.token = 489, None
    assert api.requestToken().startswith("inv-")
    assert sandbox.requests["GET /api/user/token"] == 1


def test_it_lists_parts_and_their_stock_with_and_without_a_limit(api):
    (ssd,) = Part.list(api, search="990-1T", limit=10)
    assert (ssd.name, ssd.IPN, ssd.in_stock) == ("SSD 1 TB NVMe", "SSD-1T", 8.0)
    assert [item.quantity for item in StockItem.list(api, part=ssd.pk)] == [6.0, 2.0]
    assert Part.count(api) == 6
    (source,) = SupplierPart.list(api, part=ssd.pk, manufacturer_detail=True)
    assert (source.SKU, source.MPN, source.manufacturer_detail["name"]) == ("D-100371", "EX-990-1T", "Example Storage")
    assert [one.price for one in source.getPriceBreaks()] == ["84.900000"]
    assert [one.MPN for one in ManufacturerPart.list(api, part=ssd.pk)] == ["EX-990-1T"]


def test_it_takes_and_adds_and_moves_stock_and_the_history_says_so(api):
    item = StockItem(api, pk=1)
    item.removeStock(2, notes="ticket 7001")
    item.addStock(1, notes="one too many")
    van = StockLocation.list(api, name="Van 1")[0]
    item.transferStock(van, quantity=3, notes="for the weekend")
    item.reload()
    assert item.quantity == 2.0
    told = [(entry.label, entry.notes, entry.deltas.get("quantity")) for entry in item.getTrackingEntries()]
    assert sorted(told) == [
        ("Split child item", "for the weekend", 2.0),
        ("Stock item created", "", 6.0),
        ("Stock manually added", "one too many", 5.0),
        ("Stock manually removed", "ticket 7001", 4.0),
    ]
    (split,) = [one for one in StockItem.list(api, location=van.pk, part=item.part) if one.parent == item.pk]
    assert split.quantity == 3.0
    assert [one.notes for one in StockItemTracking.list(api, search="weekend", item=split.pk)] == ["for the weekend"]


def test_a_piece_goes_to_a_customer(api):
    dock = next(item for item in StockItem.list(api) if item.serial == "DK-0001")
    dock.assignStock(Company.list(api, is_customer=True)[0], notes="ticket 7002")
    dock.reload()
    assert (dock.in_stock, dock.location) == (False, None)
    with pytest.raises(requests.exceptions.HTTPError, match="in stock"):
        dock.assignStock(2)


def test_it_orders_and_receives_in_parts(api):
    supplier = Company.list(api, is_supplier=True)[0]
    with pytest.raises(requests.exceptions.HTTPError, match="must match required pattern"):
        supplier.createPurchaseOrder(reference="T-7001", description="no number of this server")
    order = supplier.createPurchaseOrder(reference="PO-0007", supplier_reference="T-7001")
    cable = SupplierPart.list(api, SKU="D-300007")[0]
    line = order.addLineItem(part=cable.pk, quantity=3, purchase_price="34.50")
    with pytest.raises(requests.exceptions.HTTPError, match="must be placed"):
        line.receive(quantity=1, location=1)
    order.issue()
    line.receive(quantity=1, location=1)
    with pytest.raises(requests.exceptions.HTTPError, match="incomplete line items"):
        order.complete()
    order.receiveAll(location=1)
    assert (order.status, order.status_text) == (30, "Complete")
    arrived = [(item.quantity, item.purchase_price) for item in StockItem.list(api, purchase_order=order.pk)]
    assert arrived == [(100.0, "0.345000"), (200.0, "0.345000")]  # three packs of a hundred metres
    assert PurchaseOrder.list(api, reference="PO-0007")[0].supplier_reference == "T-7001"


def test_bar_codes_and_prices_are_written_and_found(api):
    part = Part(api, pk=2)
    part.assignBarcode("4006381333948")
    assert api.scanBarcode("4006381333948")["part"]["pk"] == 2
    with pytest.raises(requests.exceptions.HTTPError, match="No match found"):
        api.scanBarcode("0000")
    made = SupplierPriceBreak.create(api, {"part": 1, "quantity": 10, "price": "80.123456"})
    assert (made.price, made.quantity) == ("80.123456", 10.0)
