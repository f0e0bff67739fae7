"""What Xero does that a reader would not expect; and what the stand-in is told."""

from datetime import UTC, datetime

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_xero.sandbox import Sandbox, SandboxOptions
from servicedesk_xero.sandbox.seed import id_of

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TENANT = id_of("Tenant", "Example Services")


@pytest.fixture
def http(url, kept):
    headers = {"Authorization": f"Bearer {kept['access_token']}", "Accept": "application/json"}
    with httpx.Client(base_url=f"{url}/api.xro/2.0/", headers={**headers, "xero-tenant-id": TENANT}) as client:
        yield client


def test_without_asking_for_json_xml_comes(http):
    answer = http.get("Organisation", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert "<Organisations><Organisation>" in answer.text
    answer = http.get("Invoices", params={"where": "Status = PAID"}, headers={"Accept": "application/xml"})
    assert "<ApiException><ErrorNumber>16</ErrorNumber>" in answer.text


def test_what_cannot_be_read_is_refused(http):
    for body in (
        b"{",
        b"<Invoice>",
        b'<!DOCTYPE x [<!ENTITY y "z">]><Invoice>&y;</Invoice>',
        b"[]",
        b"{}",
        b'{"Type":"ACCREC","Date":"soon"}',
    ):
        assert http.put("Invoices", content=body).status_code == 400
    line = {"Description": "x", "AccountCode": "200"}
    contact = {"ContactID": id_of("Contacts", "Harbor Bakery")}
    for amount in ("NaN", "1e400", True, [], "x"):
        invoice = {"Type": "ACCREC", "Contact": contact, "LineItems": [{**line, "UnitAmount": amount}]}
        assert http.put("Invoices", json={"Invoices": [invoice]}).status_code == 400


def test_unit_prices_are_cut_to_two_places_unless_four_are_asked_for(http):
    line = {"Description": "x", "Quantity": 3, "UnitAmount": 33.3333, "AccountCode": "200"}
    contact = {"ContactID": id_of("Contacts", "Harbor Bakery")}
    body = {"Invoices": [{"Type": "ACCREC", "Contact": contact, "LineItems": [line]}]}
    prices = [
        http.put(path, json=body).json()["Invoices"][0]["LineItems"][0]["UnitAmount"]
        for path in ("Invoices", "Invoices?unitdp=4")
    ]
    assert prices == [33.33, 33.3333]


def test_archived_contacts_are_left_out_unless_they_are_asked_for(http):
    assert len(http.get("Contacts", params={"page": "1"}).json()["Contacts"]) == 3
    assert len(http.get("Contacts", params={"page": "1", "includeArchived": "true"}).json()["Contacts"]) == 4


def test_a_bill_may_have_the_number_of_another_one_and_an_invoice_not(http):
    line = {"Description": "x", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200"}
    contact = {"ContactID": id_of("Contacts", "Example Distribution")}
    answers = [
        http.put(
            "Invoices",
            json={"Invoices": [{"Type": kind, "Contact": contact, "InvoiceNumber": number, "LineItems": [line]}]},
        ).status_code
        for kind, number in (("ACCPAY", "B-77"), ("ACCREC", "INV-0001"))
    ]
    assert answers == [200, 400]


def test_post_changes_what_has_the_number_and_put_does_not(http, sandbox):
    body = {"Invoices": [{"InvoiceNumber": "INV-0003", "Type": "ACCREC", "Reference": "by number"}]}
    assert http.post("Invoices", json=body).status_code == 200
    row = sandbox.first.books.get("Invoices", id_of("Invoices", "INV-0003"))
    assert (row["Reference"], row["Status"]) == ("by number", "DRAFT")


def test_a_filter_that_cannot_be_read_is_refused(http):
    answer = http.get("Invoices", params={"where": "Status = PAID"})
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)


def test_it_is_steered_and_keeps_its_books(tmp_path):
    path = tmp_path / "xero.db"
    for count in (0, 1):
        stand_in = Sandbox(SandboxOptions(now=NOW, state=path, more_invoices=2))
        with serve(stand_in) as url:
            assert len(stand_in.first.books.all("Invoices")) == 6
            row = stand_in.first.books.get("Invoices", id_of("Invoices", "INV-1000"))
            assert row["AmountDue"] == ("517.50" if count == 0 else "507.50")
            if count == 0:
                paid = {"Invoice": {"InvoiceID": row["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 10}
                assert httpx.post(f"{url}/sandbox/pay", json=paid).json()["Amount"] == 10
                assert httpx.post(f"{url}/sandbox/lock", json={"date": "2026-06-30"}).status_code == 200
            assert stand_in.first.books.setting("PeriodLockDate") == "2026-06-30"
        stand_in.close()
