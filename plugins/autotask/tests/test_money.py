"""What records of money mean; pure, without a network."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_autotask.meaning.lists import EntityLists, TenantLists
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_core.domain import TimeOffState
from servicedesk_core.hooks import VocabularyMapping

AT = datetime(2026, 11, 20, tzinfo=UTC)
LISTS = TenantLists(
    {
        "BillingItems": EntityLists(AT, {"billingItemType": {"1": "Labour"}, "subType": {"1": "Labour"}}),
        "TicketCharges": EntityLists(AT, {"chargeType": {"1": "Operational"}, "status": {"7": "Delivered"}}),
        "TimeOffRequests": EntityLists(
            AT, {"status": {"2": "Approved", "4": "Canceled", "9": "At the works council"}, "timeOffRequestType": {}}
        ),
    }
)
IN_DOLLARS = {"currencyID": 2, "_joined": {"currency": {"name": "CAD"}}}


def mapped(stream, **raw):
    return Mapper(LISTS, VocabularyMapping()).map(stream, {"id": 1} | raw)


def entity(stream, **raw):
    return mapped(stream, **raw).entity


def line(**raw):
    given = {"companyID": 7, "invoiceID": 12, "nonBillable": 0, "_joined": {"company": IN_DOLLARS}}
    return entity("billing_items", **given | raw)


def test_a_posted_line_is_exact_in_the_clients_currency_and_in_our_own():
    found = line(
        billingItemType=1, subType=1, quantity=3.175, rate=100.0, extendedPrice=386.645, ourCost=205.998,
        internalCurrencyExtendedPrice=282.2509, taxDollars=30.93, totalAmount=417.58, itemDate="2026-10-01T00:00:00Z",
        postedDate="2026-11-02T00:00:00Z", postedOnTime="2026-11-02T08:52:54.023Z", timeEntryID=28673, ticketID=29799,
    )  # fmt: skip
    assert (found.quantity, found.rate, found.price) == (Decimal("3.175"), Decimal(100), Decimal("386.645"))
    assert (found.own_price, found.cost) == (Decimal("282.2509"), Decimal("205.998"))
    assert (found.tax, found.total, found.currency) == (Decimal("30.93"), Decimal("417.58"), "CAD")
    assert (found.kind, found.invoice_ref, found.time_entry_ref) == ("Labour", "12", "28673")
    assert (found.item_on, found.posted_on) == (date(2026, 10, 1), date(2026, 11, 2))
    assert found.created_at == datetime(2026, 11, 2, 8, 52, 54, 23_000, tzinfo=UTC)


@pytest.mark.parametrize("invoice", [0, None])
def test_before_it_is_invoiced_tax_and_total_are_unknown_and_not_nothing(invoice):
    found = line(invoiceID=invoice, extendedPrice=386.645, taxDollars=0.0, totalAmount=0.0)
    assert (found.invoice_ref, found.tax, found.total, found.own_tax, found.own_total) == (None,) * 5
    assert found.price == Decimal("386.645")


def test_a_line_that_nobody_pays_keeps_its_price_and_says_so():
    found = line(nonBillable=1, extendedPrice=47.5)
    assert (found.is_billable, found.price) == (False, Decimal("47.5"))
    assert line(nonBillable=None).is_billable is None


@pytest.mark.parametrize("stream", ["charges", "billing_items", "invoices", "contract_blocks", "contract_units"])
def test_an_amount_that_the_vendor_does_not_state_is_unknown(stream):
    found = entity(stream)
    amounts = {name: value for name, value in found.model_dump().items() if isinstance(value, Decimal | int)}
    assert amounts == {}


def test_a_charge_with_its_cost_and_its_price():
    client = {"company": IN_DOLLARS}
    found = entity(
        "charges", name="SSD", ticketID=5, chargeType=1, status=7, unitQuantity=2.5, unitCost=40.1, unitPrice=65.0,
        extendedCost=100.25, billableAmount=162.5, internalCurrencyBillableAmount=118.625, isBillableToCompany=True,
        isBilled=False, datePurchased="2026-11-03T00:00:00Z", _joined={"ticket": {"companyID": 7, "_joined": client}},
    )  # fmt: skip
    assert (found.quantity, found.unit_cost, found.cost) == (Decimal("2.5"), Decimal("40.1"), Decimal("100.25"))
    assert (found.price, found.own_price, found.currency) == (Decimal("162.5"), Decimal("118.625"), "CAD")
    assert (found.kind, found.status, found.is_billable, found.is_billed) == ("Operational", "Delivered", True, False)
    assert found.bought_on == date(2026, 11, 3)


@pytest.mark.parametrize("joined", [{}, {"company": None}, {"company": {"_joined": {"currency": None}}}])
def test_a_currency_that_cannot_be_seen_is_unknown(joined):
    assert line(_joined=joined).currency is None


def test_a_currency_that_is_no_code_is_reported():
    found = mapped("invoices", _joined={"company": {"_joined": {"currency": {"name": "Euro"}}}})
    assert found.entity.currency is None
    assert [(issue.kind, issue.value) for issue in found.issues] == [("unknown_currency", "Euro")]


def test_an_invoice_as_the_psa_wrote_it():
    found = entity(
        "invoices", invoiceNumber="INV-9", companyID=7, invoiceDateTime="2026-11-02T00:00:00Z", invoiceTotal=3348.0,
        totalTaxValue=248.0, fromDate="2026-10-01T00:00:00Z", toDate="2026-10-31T00:00:00Z", isVoided=False,
    )  # fmt: skip
    assert (found.number, found.total, found.tax, found.is_voided) == ("INV-9", Decimal(3348), Decimal(248), False)
    assert (found.invoiced_on, found.from_on, found.until_on) == (
        date(2026, 11, 2), date(2026, 10, 1), date(2026, 10, 31),
    )  # fmt: skip
    assert (found.paid_on, found.voided_at) == (None, None)


def test_a_block_counts_hours_in_seconds():
    found = entity("contract_blocks", contractID=3, hours=40.0, hoursApproved=17.25, hourlyRate=110.0, isPaid="1")
    assert (found.bought_s, found.used_s, found.hourly_price) == (144_000, 62_100, Decimal(110))
    assert found.is_paid is True
    assert found.is_active is None


def test_prices_and_costs_of_roles_are_told_apart():
    price = entity("contract_rates", _entity="ContractRates", contractID=3, roleID=10, contractHourlyRate=89.5)
    cost = entity("contract_rates", _entity="ContractRoleCosts", contractID=3, roleID=10, resourceID=8, rate=38.25)
    assert (price.external_id, price.hourly_price, price.hourly_cost) == ("price-1", Decimal("89.5"), None)
    assert (cost.external_id, cost.hourly_price, cost.hourly_cost) == ("cost-1", None, Decimal("38.25"))
    assert cost.technician_ref == "8"


def test_a_contract_excludes_what_it_says_and_what_its_set_says():
    joined = {
        "excluded_roles": [{"roleID": 12}],
        "excluded_codes": [],
        "excluded_roles_of_set": [{"excludedRoleID": 13}, {"excludedRoleID": 12}],
        "excluded_codes_of_set": [{"excludedWorkTypeID": 103}],
    }
    found = entity("contracts", contractName="K", _joined=joined)
    assert (found.excluded_role_refs, found.excluded_billing_code_refs) == (("12", "13"), ("103",))
    del joined["excluded_roles_of_set"]
    found = entity("contracts", contractName="K", _joined=joined)
    assert found.excluded_role_refs is None, "hidden is not the same as none"
    assert found.excluded_billing_code_refs == ("103",)


def test_a_service_period_has_its_units_and_both_amounts():
    found = entity(
        "contract_units", contractID=3, contractServiceID=4, startDate="2026-10-01T00:00:00Z",
        endDate="2026-10-31T00:00:00Z", units=4, price=640.0, cost=384.0,
    )  # fmt: skip
    assert (found.units, found.price, found.cost) == (4, Decimal(640), Decimal(384))
    assert (found.start_on, found.end_on, found.posted_at) == (date(2026, 10, 1), date(2026, 10, 31), None)


def test_approval_of_time_is_kept_where_a_tenant_uses_it():
    found = entity(
        "time_entries", billingApprovalDateTime="2026-11-02T09:00:00Z", billingApprovalResourceID=8,
        billingApprovalLevelMostRecent=2,
    )  # fmt: skip
    assert (found.approved_at, found.approved_by_ref) == (datetime(2026, 11, 2, 9, tzinfo=UTC), "8")
    assert found.approval_level == 2
    assert entity("time_entries").approved_at is None


@pytest.mark.parametrize(
    ("status", "word", "state"),
    [(2, "Approved", TimeOffState.APPROVED), ("4", "Canceled", TimeOffState.CANCELLED), (None, None, None)],
)
def test_time_off_stands_where_its_status_says(status, word, state):
    found = mapped("time_off", resourceID=8, requestDate="2026-12-24T00:00:00Z", hours=7.5, status=status)
    assert (found.entity.status, found.entity.state) == (word, state)
    assert (found.entity.day, found.entity.duration_s) == (date(2026, 12, 24), 27_000)
    assert found.issues == ()


def test_a_status_of_time_off_without_a_meaning_is_reported_and_never_guessed():
    found = mapped("time_off", status=9)
    assert found.entity.state is None
    assert [(issue.kind, issue.value) for issue in found.issues] == [
        ("unmapped_time_off_status", "At the works council")
    ]
