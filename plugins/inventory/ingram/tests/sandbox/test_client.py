"""Ingram Micro's own Python client, unchanged, works against the stand-in."""

import itertools
from datetime import date, timedelta

import pytest

xi = pytest.importorskip("xi.sdk.resellers")

NUMBERS = itertools.count(1)


@pytest.fixture
def client(stand):
    configuration = xi.Configuration(host=stand.url)
    with xi.ApiClient(configuration) as opened:
        token = xi.AccesstokenApi(opened).get_accesstoken(
            "client_credentials", "sandbox-client-id", "sandbox-client-secret"
        )
        configuration.access_token = token.access_token
        yield opened


@pytest.fixture
def who():
    """What goes with every call."""
    return lambda: {
        "im_customer_number": "20-222222",
        "im_country_code": "US",
        "im_correlation_id": f"{next(NUMBERS):032}",
    }


def test_it_finds_products_with_their_price_and_place(client, who):
    catalogue = xi.ProductCatalogApi(client)
    found = catalogue.get_reseller_v6_productsearch(keyword=["ssd"], **who())
    assert [(one.ingram_part_number, one.vendor_part_number) for one in found.catalog] == [("4SP114", "EX-990-1T")]
    product = xi.PriceAndAvailabilityRequestProductsInner
    asked = xi.PriceAndAvailabilityRequest(
        products=[product(ingram_part_number="4SP114", quantity_requested="2"), product(vendor_part_number="NONE-1")]
    )
    ssd, nothing = catalogue.post_priceandavailability(
        include_availability=True, include_pricing=True, price_and_availability_request=asked, **who()
    )
    assert (float(ssd.pricing.customer_price), ssd.availability.total_availability) == (74.34, 155)
    assert [house.warehouse_id for house in ssd.availability.availability_by_warehouse] == ["10", "40", "25"]
    assert nothing.product_status_code == "E"


def test_it_orders_and_searches_and_cancels(client, who, stand):
    orders = xi.OrdersApi(client)
    line = xi.OrderCreateRequestLinesInner
    wanted = xi.OrderCreateRequest(
        customer_order_number="T-7001",
        accept_back_order=False,
        ship_to_info=xi.OrderCreateRequestShipToInfo(company_name="Northwind Clinic", city="Reno", state="NV"),
        lines=[
            line(customer_line_number="1", ingram_part_number="4SP114", quantity=2),
            line(customer_line_number="2", ingram_part_number="3ZZ404", quantity=1),
        ],
    )
    (order,) = orders.post_createorder_v6(order_create_request=wanted, **who()).orders
    assert [one.reject_code for one in order.rejected_line_items] == ["EN"]
    number = order.ingram_order_number
    today = stand.sandbox.clock.now().date()
    for query in (
        {"customer_order_number": "T-7001"},
        {"ingram_order_date_bt": [str(today - timedelta(days=1)), str(today)]},
    ):
        found = orders.get_resellers_v6_ordersearch(**query, **who())
        assert [one.ingram_order_number for one in found.orders] == [number], query
    assert orders.get_resellers_v6_ordersearch(customer_order_number="T-7002", **who()) is None
    shown = orders.get_orderdetails_v6_1(ordernumber=number, **who())
    assert (shown.order_status, [one.quantity_ordered for one in shown.lines]) == ("Processing", [2])
    with pytest.raises(xi.ApiException, match="Method Not Allowed"):
        orders.delete_ordercancel(order_number=number, **who())


def test_it_opens_a_return_and_finds_it(client, who):
    returns = xi.ReturnsApi(client)
    sender = xi.ReturnsCreateRequestListInnerShipFromInfoInner(
        company_name="Northwind Clinic", contact="Service desk", address_line1="9 High St", city="Reno", state="NV",
        postal_code="89501", country_code="US", email="desk@example.com",
    )  # fmt: skip
    item = xi.ReturnsCreateRequestListInner(
        invoice_number="40-NFERG-11", invoice_date="2026-01-05", vendor_part_number="EX-990-1T", quantity=1,
        primary_reason="Item does not work", secondary_reason="Defective", reference_number="R-1", number_of_boxes=1,
        ship_from_info=[sender],
    )  # fmt: skip
    asked = xi.ReturnsCreateRequest(list=[item])
    (opened,) = returns.post_returnscreate(returns_create_request=asked, **who()).returns_claims
    assert opened.status == "Open"
    found = returns.get_resellers_v6_returnssearch(reference_number="R-1", **who())
    assert [one.case_request_number for one in found.returns_claims] == [opened.case_request_number]
    details = returns.get_resellers_v6_returnsdetails(case_request_number=opened.case_request_number, **who())
    assert [one.invoice_date for one in details.products] in (["2026-01-05"], [date(2026, 1, 5)])
