"""Clients of others, unchanged, work against the stand-in: Intuit's own log-in, and python-quickbooks with it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_quickbooks.sandbox import Sandbox, SandboxOptions

intuitlib = pytest.importorskip("intuitlib.client")
enums = pytest.importorskip("intuitlib.enums")
quickbooks = pytest.importorskip("quickbooks")
failures = pytest.importorskip("quickbooks.exceptions")
log_in_failures = pytest.importorskip("intuitlib.exceptions")

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BACK = "http://localhost:8765/callback"


@pytest.fixture(scope="module")
def _served():
    sandbox = Sandbox(SandboxOptions(now=NOW))
    with serve(sandbox) as url:
        yield sandbox, url


@pytest.fixture
def sandbox(_served):
    _served[0].reset()
    return _served[0]


@pytest.fixture
def auth(_served, sandbox):
    """Log in as a person does in a browser; the address of the discovery document stands for the environment."""
    own = sandbox.options
    discovery = f"{_served[1]}/.well-known/openid_configuration/"
    with intuitlib.AuthClient(own.client_id, own.client_secret, BACK, discovery) as client:
        asked = client.get_authorization_url([enums.Scopes.ACCOUNTING], state_token="the-state")
        answer = client.get(asked, allow_redirects=False)
        said = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        assert (said["state"], said["realmId"]) == ("the-state", own.realm_id)
        client.get_bearer_token(said["code"], realm_id=said["realmId"])
        yield client


@pytest.fixture
def company(_served, auth, monkeypatch):
    monkeypatch.setattr(quickbooks.QuickBooks, "api_url_v3", f"{_served[1]}/v3")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # its own switch for plain HTTP on loopback
    client = quickbooks.QuickBooks(
        auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75
    )
    with client.session:
        yield client


def invoice(customer, item, amount, number=None):
    from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
    from quickbooks.objects.invoice import Invoice

    line = SalesItemLine()
    line.Amount, line.Description = amount, "Onsite labour"
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = item.to_ref()
    line.SalesItemLineDetail.UnitPrice, line.SalesItemLineDetail.Qty = amount, 1
    made = Invoice()
    made.CustomerRef, made.DocNumber = customer.to_ref(), number
    made.Line.append(line)
    return made


def test_it_logs_in_refreshes_and_revokes(auth, sandbox):
    access, refresh = auth.access_token, auth.refresh_token
    assert (auth.expires_in, auth.x_refresh_token_expires_in) == (3600, 8_726_400)
    auth.refresh()
    assert (auth.access_token != access, auth.refresh_token) == (True, refresh)  # it changes once a day
    sandbox.clock.move(timedelta(days=1))
    auth.refresh()
    assert auth.refresh_token != refresh
    with pytest.raises(log_in_failures.AuthClientError):
        auth.refresh(refresh_token=refresh)
    assert auth.revoke()
    with pytest.raises(log_in_failures.AuthClientError):
        auth.refresh()


def test_a_code_is_good_once_and_a_wrong_secret_is_told(auth):
    with pytest.raises(log_in_failures.AuthClientError):
        auth.get_bearer_token("used-or-invented")
    auth.client_secret = "wrong"
    with pytest.raises(log_in_failures.AuthClientError):
        auth.refresh()


def test_it_lists_filters_and_counts(company):
    from quickbooks.objects.account import Account
    from quickbooks.objects.company_info import CompanyInfo
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.item import Item
    from quickbooks.objects.preferences import Preferences
    from quickbooks.objects.taxcode import TaxCode

    assert [one.DisplayName for one in Customer.all(qb=company)][:2] == ["Harbor Dental", "Lakeside Legal"]
    assert [one.Id for one in Customer.filter(DisplayName="O'Brien & Sons", qb=company)] == ["3"]
    assert [one.Id for one in Customer.choose(["1", "3"], qb=company)] == ["1", "3"]
    assert Customer.count("DisplayName LIKE 'L%'", qb=company) == 1
    assert [one.Sku for one in Item.all(order_by="Name", max_results=2, qb=company)] == ["MSP-WP", "LAB-ON"]
    assert {one.Id for one in TaxCode.all(qb=company)} >= {"TAX", "NON"}
    assert Account.get("1", qb=company).Classification == "Revenue"
    assert CompanyInfo.all(qb=company)[0].Country == "US"
    assert Preferences.get(qb=company).SalesFormsPrefs.CustomTxnNumbers is True


def test_it_makes_changes_pays_and_voids(company):
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.invoice import Invoice
    from quickbooks.objects.item import Item
    from quickbooks.objects.payment import Payment, PaymentLine

    customer = Customer()
    customer.DisplayName = "Quayside Clinic"
    customer.save(qb=company)
    customer = Customer.get(customer.Id, qb=company)
    customer.CompanyName = "Quayside Clinic Ltd"
    assert customer.save(qb=company).SyncToken == "1"
    item = Item.get("1", qb=company)
    made = invoice(customer, item, 120.5).save(qb=company)
    assert (made.TotalAmt, made.Balance, len(made.Line)) == (120.5, 120.5, 2)  # it adds a line with the sum
    again = Invoice.get(made.Id, qb=company)
    again.PrivateNote = "ticket 7001"
    assert again.save(qb=company).PrivateNote == "ticket 7001"
    payment = Payment()
    payment.TotalAmt, payment.CustomerRef = 100, customer.to_ref()
    line = PaymentLine()
    line.Amount = 100
    line.LinkedTxn.append(made.to_linked_txn())
    payment.Line.append(line)
    payment = payment.save(qb=company)
    assert Invoice.get(made.Id, qb=company).Balance == 20.5
    Payment.get(payment.Id, qb=company).void(qb=company)
    assert Invoice.get(made.Id, qb=company).Balance == 120.5
    Invoice.get(made.Id, qb=company).void(qb=company)
    voided = Invoice.get(made.Id, qb=company)
    assert (voided.TotalAmt, voided.PrivateNote) == (0, "Voided - ticket 7001")
    voided.delete(qb=company)
    with pytest.raises(failures.ObjectNotFoundException):
        Invoice.get(made.Id, qb=company)


def test_its_request_id_makes_nothing_twice(company, sandbox):
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.item import Item

    customer, item = Customer.get("1", qb=company), Item.get("1", qb=company)
    first, second = (invoice(customer, item, 10, "T-1").save(qb=company, request_id="act-1") for _ in range(2))
    assert (first.Id, len(sandbox.records.all("Invoice"))) == (second.Id, 1)


def test_it_is_told_what_is_wrong(company):
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.item import Item

    twin = Customer()
    twin.DisplayName = "Harbor Dental"
    with pytest.raises(failures.QuickbooksException) as raised:
        twin.save(qb=company)
    assert raised.value.error_code == 6240
    stale = Customer.get("1", qb=company)
    stale.SyncToken = "7"
    with pytest.raises(failures.QuickbooksException) as raised:
        stale.save(qb=company)
    assert raised.value.error_code == 5010
    customer, item = Customer.get("2", qb=company), Item.get("1", qb=company)
    invoice(customer, item, 10, "T-1").save(qb=company)
    with pytest.raises(failures.QuickbooksException) as raised:
        invoice(customer, item, 10, "T-1").save(qb=company)
    assert raised.value.error_code == 6140
    company.session.access_token = "ended"
    with pytest.raises(failures.AuthorizationException):
        Customer.all(qb=company)


def test_it_makes_many_at_once_and_hears_of_changes(company, sandbox):
    from quickbooks.batch import batch_create
    from quickbooks.cdc import change_data_capture
    from quickbooks.objects.customer import Customer

    many = [Customer(), Customer()]
    many[0].DisplayName, many[1].DisplayName = "Pier One", "Harbor Dental"
    made = batch_create(many, qb=company)
    assert [one.DisplayName for one in made.successes] == ["Pier One"]
    assert [one.Error[0].code for one in made.faults] == ["6240"]
    changed = change_data_capture([Customer], NOW - timedelta(hours=12), qb=company)
    assert len(changed.Customer) == len(sandbox.records.all("Customer"))
