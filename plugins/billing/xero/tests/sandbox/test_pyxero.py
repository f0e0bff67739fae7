"""A client of others, unchanged, works against the stand-in: it sends XML and reads JSON."""

from datetime import date, datetime

import pytest

pytest.importorskip("xero")
import xero.auth
from xero import Xero
from xero.auth import OAuth2Credentials
from xero.exceptions import XeroBadRequest, XeroRateLimitExceeded, XeroUnauthorized

SALE = {"Type": "ACCREC", "Contact": {"Name": "Harbor Bakery"}, "Date": date(2026, 11, 20),
        "LineItems": [{"Description": "Onsite", "Quantity": 2.5, "UnitAmount": 180, "AccountCode": "200"}]}  # fmt: skip


@pytest.fixture
def credentials(url, sandbox, kept, monkeypatch):
    monkeypatch.setattr(xero.auth, "XERO_BASE_URL", url)
    monkeypatch.setattr(xero.auth, "XERO_OAUTH2_TOKEN_URL", f"{url}/connect/token")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    options = sandbox.options
    found = OAuth2Credentials(
        options.client_id, options.client_secret, callback_uri="http://localhost/callback", token=kept,
        scope=kept["scope"].split(),
    )  # fmt: skip
    found.base_url = url
    found.set_default_tenant()
    return found


@pytest.fixture
def books(credentials):
    return Xero(credentials)


def test_it_lists_what_it_filters(books):
    assert books.organisations.all()[0]["Name"] == "Example Services"
    assert len(books.invoices.filter(Type="ACCREC", page=1)) == 3
    assert books.invoices.filter(since=datetime(2190, 1, 1)) == []  # noqa: DTZ001  # it writes UTC
    assert [one["Name"] for one in books.contacts.filter(Name__contains="Bakery")] == ["Harbor Bakery"]
    assert len(books.contacts.filter(includeArchived=True)) == 4
    assert [one["InvoiceNumber"] for one in books.invoices.filter(Date__lt=datetime(2026, 10, 20), Status="PAID")] == [  # noqa: DTZ001
        "INV-0002"
    ]


@pytest.mark.slow
def test_it_makes_changes_and_voids_an_invoice(books):
    (made,) = books.invoices.put(dict(SALE))
    assert (made["Total"], made["Status"], made["Date"].date()) == (517.5, "DRAFT", date(2026, 11, 20))
    change = {"InvoiceID": made["InvoiceID"], "Reference": "ticket 7001", "Status": "AUTHORISED"}
    (changed,) = books.invoices.save(change)
    assert (changed["Reference"], changed["Status"], changed["Total"]) == ("ticket 7001", "AUTHORISED", 517.5)
    (gone,) = books.invoices.save({"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    assert gone["Status"] == "VOIDED"


def test_it_takes_a_payment_and_makes_a_contact(books):
    paid = {
        "Invoice": {"InvoiceNumber": "INV-0001"},
        "Account": {"Code": "090"},
        "Amount": 5,
        "Date": date(2026, 11, 20),
    }
    assert books.payments.put(paid)[0]["Amount"] == 5.0
    assert books.contacts.put({"Name": "Example Two"})[0]["ContactStatus"] == "ACTIVE"


def test_it_tells_what_is_wrong(books, sandbox):
    with pytest.raises(XeroBadRequest, match="must be unique"):
        books.invoices.put({**SALE, "InvoiceNumber": "INV-0001"})
    sandbox.faults([{"kind": "status", "status": 429, "headers": {"X-Rate-Limit-Problem": "minute"}, "body": ""}])
    with pytest.raises(XeroRateLimitExceeded):
        books.items.all()


def test_it_refreshes_and_then_the_first_token_is_no_more_needed(books, credentials, sandbox):
    before = credentials.token["refresh_token"]
    sandbox.identity.expire_access()
    with pytest.raises(XeroUnauthorized):
        books.items.all()
    credentials.refresh()
    assert credentials.token["refresh_token"] != before
    assert len(books.items.all()) == 3
