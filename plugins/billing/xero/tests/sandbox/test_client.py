"""The vendor's own Python client, unchanged, works against the stand-in."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

pytest.importorskip("xero_python")
from xero_python.accounting import (
    AccountingApi,
    Allocation,
    Allocations,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    Invoice,
    Invoices,
    LineItem,
    Payment,
    PaymentDelete,
    Payments,
)
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
from xero_python.exceptions import AccountingBadRequestException, HTTPStatusException
from xero_python.identity import IdentityApi

from servicedesk_xero.sandbox.seed import id_of

LINE = LineItem(description="Onsite labour", quantity=2.5, unit_amount=180.0, account_code="200", tax_type="OUTPUT2")


@pytest.fixture
def client(url, sandbox, kept, monkeypatch):
    for name in ("refresh_token_url", "client_credentials_token_url"):
        monkeypatch.setattr(TokenApi, name, f"{url}/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{url}/connect/revocation")
    options = sandbox.options
    token = OAuth2Token(client_id=options.client_id, client_secret=options.client_secret)

    def save(new):
        kept.clear()
        kept.update(new)

    client = ApiClient(
        Configuration(oauth2_token=token), oauth2_token_getter=lambda: dict(kept), oauth2_token_saver=save
    )
    pool, answers = client.rest_client.pool_manager, []
    asked = pool.urlopen

    def answered(*args, **kwargs):
        answers.append(asked(*args, **kwargs))
        return answers[-1]

    monkeypatch.setattr(pool, "urlopen", answered)
    yield client
    for answer in answers:  # it lets go of none that told of an error
        answer.close()
    pool.clear()


@pytest.fixture
def tenant(client, url):
    (connection,) = IdentityApi(client, base_url=url).get_connections()
    assert connection.tenant_name == "Example Services"
    return connection.tenant_id


@pytest.fixture
def api(client, url):
    return AccountingApi(client, base_url=f"{url}/api.xro/2.0")


def test_it_refreshes_its_token_and_is_asked_for_the_new_one(client, kept, api, tenant):
    first = dict(kept)
    kept["expires_at"] = time.time() - 1
    assert api.get_organisations(tenant).organisations[0].base_currency.value == "NZD"
    assert kept["refresh_token"] != first["refresh_token"]
    assert kept["access_token"] != first["access_token"]


def test_it_lists_pages_and_reads_the_dates(api, tenant):
    listed = api.get_invoices(tenant, page=1, page_size=2, order="InvoiceNumber ASC", where='Type=="ACCREC"')
    assert [one.invoice_number for one in listed.invoices] == ["INV-0001", "INV-0002"]
    assert (listed.pagination.page_count, listed.pagination.item_count) == (2, 3)
    one = listed.invoices[0]
    assert (one.date, one.total, one.status) == (date(2026, 10, 11), Decimal("799.83"), "AUTHORISED")
    assert one.line_items[0].tax_type == "OUTPUT2"
    assert api.get_invoices(tenant).invoices[0].line_items == []  # without a page
    assert api.get_invoices(tenant, if_modified_since=datetime(2190, 1, 1, tzinfo=UTC)).invoices == []
    numbers = api.get_invoices(tenant, invoice_numbers=["INV-0003"], statuses=["DRAFT"]).invoices
    assert [one.invoice_number for one in numbers] == ["INV-0003"]
    assert {one.code for one in api.get_items(tenant).items} == {"ONSITE", "REMOTE", "DOCK-150"}
    assert len(api.get_accounts(tenant).accounts) == 6
    assert len(api.get_tax_rates(tenant).tax_rates) == 4
    assert len(api.get_contacts(tenant, include_archived=True).contacts) == 4


def test_it_creates_updates_and_voids_an_invoice(api, tenant):
    contact = Contact(contact_id=id_of("Contacts", "Harbor Bakery"))
    new = Invoice(type="ACCREC", contact=contact, line_items=[LINE], date=date(2026, 11, 20), status="DRAFT")
    (made,) = api.create_invoices(tenant, Invoices(invoices=[new]), summarize_errors=True, unitdp=4).invoices
    assert (made.total, made.amount_due) == (Decimal("517.5"), Decimal("517.5"))
    change = Invoice(invoice_id=made.invoice_id, reference="ticket 7001", status="AUTHORISED")
    (changed,) = api.update_invoice(tenant, made.invoice_id, Invoices(invoices=[change])).invoices
    assert (changed.reference, changed.status, changed.total) == ("ticket 7001", "AUTHORISED", Decimal("517.5"))
    gone = Invoice(invoice_id=made.invoice_id, status="VOIDED")
    assert api.update_invoice(tenant, made.invoice_id, Invoices(invoices=[gone])).invoices[0].status == "VOIDED"


def test_of_several_some_are_refused_and_the_others_made(api, tenant):
    contact = Contact(contact_id=id_of("Contacts", "Harbor Bakery"))
    good = Invoice(type="ACCREC", contact=contact, line_items=[LINE], invoice_number="T-1")
    twin = Invoice(type="ACCREC", contact=contact, line_items=[LINE], invoice_number="INV-0001")
    both = Invoices(invoices=[good, twin])
    made, refused = api.create_invoices(tenant, both, summarize_errors=False).invoices
    assert (made.status_attribute_string, refused.status_attribute_string) == ("OK", "ERROR")
    assert [error.message for error in refused.validation_errors] == ["Invoice # must be unique."]
    with pytest.raises(AccountingBadRequestException):
        api.create_invoices(tenant, Invoices(invoices=[twin]), summarize_errors=True)


def test_a_key_that_comes_again_gets_the_first_answer(api, tenant):
    contact = Contact(contact_id=id_of("Contacts", "Harbor Bakery"))
    new = Invoices(invoices=[Invoice(type="ACCREC", contact=contact, line_items=[LINE])])
    first, again = (api.create_invoices(tenant, new, idempotency_key="once").invoices[0] for _ in range(2))
    assert first.invoice_id == again.invoice_id


def test_it_makes_a_contact_and_takes_payments_and_credits(api, tenant):
    (contact,) = api.create_contacts(tenant, Contacts(contacts=[Contact(name="Example Two")])).contacts
    named = Contact(contact_id=contact.contact_id)
    new = Invoice(type="ACCREC", contact=named, line_items=[LINE], status="AUTHORISED")
    (invoice,) = api.create_invoices(tenant, Invoices(invoices=[new])).invoices
    owed = Invoice(invoice_id=invoice.invoice_id)
    account = api.get_accounts(tenant, where='Type=="BANK"').accounts[0]
    paid = Payment(invoice=owed, account=account, amount=100.0, date=date(2026, 11, 20))
    (payment,) = api.create_payments(tenant, Payments(payments=[paid])).payments
    assert api.get_invoice(tenant, invoice.invoice_id).invoices[0].amount_due == Decimal("417.5")
    api.delete_payment(tenant, payment.payment_id, PaymentDelete(status="DELETED"))
    credit = CreditNote(type="ACCRECCREDIT", contact=named, line_items=[LINE], status="AUTHORISED")
    (note,) = api.create_credit_notes(tenant, CreditNotes(credit_notes=[credit])).credit_notes
    whole = Allocation(invoice=owed, amount=517.5, date=date(2026, 11, 20))
    api.create_credit_note_allocation(tenant, note.credit_note_id, Allocations(allocations=[whole]))
    assert api.get_invoice(tenant, invoice.invoice_id).invoices[0].status == "PAID"


def test_limits_and_rights_are_told(api, tenant, sandbox):
    sandbox.faults([{"kind": "status", "status": 429, "headers": {"X-Rate-Limit-Problem": "day"}, "body": ""}])
    with pytest.raises(HTTPStatusException) as limited:
        api.get_organisations(tenant)
    assert limited.value.status == 429
    with pytest.raises(HTTPStatusException) as refused:
        api.get_organisations(id_of("Tenant", "Example Trust"))
    assert refused.value.status == 403


def test_it_ends_the_access(client, api, tenant):
    client.revoke_oauth2_token()
    with pytest.raises(HTTPStatusException) as refused:
        api.get_organisations(tenant)
    assert refused.value.status == 401
