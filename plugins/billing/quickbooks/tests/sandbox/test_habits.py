"""What the stand-in does as the interface does, where a reader would expect something else."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_quickbooks.sandbox import Sandbox, SandboxOptions

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Company:
    """Asks a stand-in as anybody could."""

    def __init__(self, url, sandbox):
        self.sandbox = sandbox
        self._http = httpx.Client(base_url=f"{url}/v3/company/{sandbox.options.realm_id}/")

    def ask(self, method, path, body=None, *, accept="application/json", **params):
        token = self.sandbox.log_in.grant()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self._http.request(method, path, json=body, params=params, headers=headers)

    def post(self, path, body, **params):
        answer = self.ask("POST", path, body, **params)
        return answer.json()[next(name for name in answer.json() if name != "time")] if answer.is_success else answer

    def query(self, text):
        return self.ask("GET", "query", query=text).json()

    def code(self, path, body, **params):
        answer = self.ask("POST", path, body, **params)
        assert answer.status_code == 400, answer.text
        return answer.json()["Fault"]["Error"][0]["code"]

    def close(self):
        self._http.close()


@pytest.fixture
def company_with():
    from contextlib import contextmanager

    @contextmanager
    def opened(**options):
        sandbox = Sandbox(SandboxOptions(**{"now": NOW, **options}))
        with serve(sandbox) as url:
            company = Company(url, sandbox)
            yield company
            company.close()
            sandbox.close()

    return opened


@pytest.fixture
def company(company_with):
    with company_with() as running:
        yield running


def invoice(amount=100.0, *, code=None, **more):
    detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": amount}
    detail |= {"TaxCodeRef": {"value": code}} if code else {}
    line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    return {"CustomerRef": {"value": "1"}, "Line": [line], **more}


def test_without_asking_for_json_xml_comes(company):
    assert company.ask("GET", "customer/1", accept="*/*").headers["content-type"] == "application/xml"


def test_queries_leave_out_what_is_inactive_and_have_no_or(company):
    head = {"Id": "2", "SyncToken": "0", "sparse": True}
    assert company.post("customer", {**head, "Active": False})["DisplayName"] == "Lakeside Legal (deleted)"
    assert len(company.query("select * from Customer")["QueryResponse"]["Customer"]) == 2
    asked = "select * from Customer where Active in (true, false)"
    assert len(company.query(asked)["QueryResponse"]["Customer"]) == 3
    assert company.query("select * from Invoice")["QueryResponse"] == {}
    for wrong in (
        "select * from Customer where DisplayName = 'A' or DisplayName = 'B'",
        "select * from Customer where Id > '1'",
        "select * from Invoice where PrivateNote = 'x'",
        "select * from Nothing",
        "select * from Customer maxresults 1001",
    ):
        assert company.query(wrong)["Fault"]["Error"][0]["code"] in {"4000", "4001"}, wrong


def test_a_query_escapes_with_a_backslash_and_counts(company):
    asked = "select * from Customer where DisplayName = 'O\\'Brien & Sons'"
    assert company.query(asked)["QueryResponse"]["Customer"][0]["Id"] == "3"
    assert company.query("select count(*) from Customer where DisplayName like 'H%'")["QueryResponse"] == {
        "totalCount": 1
    }


def test_a_line_with_the_sum_is_added_and_the_tax_engine_changes_the_total(company):
    made = company.post("invoice", invoice(code="TAX"))
    assert [line["DetailType"] for line in made["Line"]] == ["SalesItemLineDetail", "SubTotalLineDetail"]
    assert (made["TotalAmt"], made["TxnTaxDetail"]["TotalTax"]) == (108.25, 8.25)
    assert company.code("invoice", invoice(code="7")) == "2500"


def test_outside_the_us_each_line_needs_a_tax_code(company_with):
    with company_with(country="CA", currency="CAD") as company:
        assert company.code("invoice", invoice()) == "6000"
        assert company.post("invoice", invoice(code="1"))["TotalAmt"] == 105.0


def test_what_is_wrong_has_a_code_and_status_400(company):
    made = company.post("invoice", invoice(DocNumber="T-1"))
    head = {"Id": made["Id"], "SyncToken": "9", "sparse": True}
    assert company.code("invoice", head) == "5010"
    assert company.code("invoice", invoice(DocNumber="T-1")) == "6140"
    assert company.code("invoice", invoice(DocNumber="x" * 22)) == "2050"
    assert company.code("customer", {"DisplayName": "example distributor"}) == "6240"  # a supplier's name
    assert company.code("invoice", {**invoice(), "CustomerRef": {"value": "77"}}) == "2500"
    assert company.code("invoice", {"CustomerRef": {"value": "1"}}) == "2020"
    assert company.code("invoice", {**invoice(), "CurrencyRef": {"value": "EUR"}}) == "6000"
    assert company.code("creditmemo", {"Id": "1", "SyncToken": "0"}, operation="void") == "610"
    wrong = invoice()
    wrong["Line"][0]["Amount"] = 90.0
    assert company.code("invoice", wrong) == "6070"


def test_a_closed_period_takes_nothing(company_with):
    with company_with(books_closed_on="2026-10-31") as company:
        assert company.code("invoice", invoice(TxnDate="2026-10-31")) == "6210"
        assert company.post("invoice", invoice(TxnDate="2026-11-01"))["TxnDate"] == "2026-11-01"


def test_a_repeated_request_id_gets_the_first_answer(company):
    first = company.post("invoice", invoice(), requestid="act-1")
    head = {"Id": first["Id"], "SyncToken": first["SyncToken"]}
    assert company.post("invoice", head, operation="delete")["status"] == "Deleted"
    assert company.post("invoice", invoice(), requestid="act-1") == first  # although it is gone
    assert company.code("invoice", invoice(), requestid="x" * 51) == "2050"


def test_without_custom_numbers_ours_is_passed_over(company_with):
    with company_with(custom_numbers=False) as company:
        assert company.post("invoice", invoice(DocNumber="T-1"))["DocNumber"] == "1001"


def test_changes_are_told_for_thirty_days_with_deletions(company):
    made = company.post("invoice", invoice())
    company.post("invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    since = (NOW - timedelta(days=1)).isoformat()
    answer = company.ask("GET", "cdc", entities="Invoice,Customer", changedSince=since).json()
    invoices, customers = answer["CDCResponse"][0]["QueryResponse"]
    assert [(one["Id"], one["status"]) for one in invoices["Invoice"]] == [(made["Id"], "Deleted")]
    assert len(customers["Customer"]) == 3
    before = (NOW - timedelta(days=31)).isoformat()
    assert company.ask("GET", "cdc", entities="Invoice", changedSince=before).status_code == 400


def test_a_credit_note_settles_by_a_payment_of_nothing(company):
    sold, given = company.post("invoice", invoice()), company.post("creditmemo", invoice(40.0))
    linked = (("Invoice", sold), ("CreditMemo", given))
    lines = [{"Amount": 40, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]} for kind, row in linked]
    payment = company.post("payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 0, "Line": lines})
    assert company.ask("GET", f"invoice/{sold['Id']}").json()["Invoice"]["Balance"] == 60
    assert company.ask("GET", f"creditmemo/{given['Id']}").json()["CreditMemo"]["RemainingCredit"] == 0
    assert company.code("payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 0, "Line": lines[:1]}) == "6000"
    company.post("payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert company.ask("GET", f"invoice/{sold['Id']}").json()["Invoice"]["Balance"] == 100


def test_bills_are_paid_and_receipts_are_paid_at_once(company):
    line = {"DetailType": "AccountBasedExpenseLineDetail", "Amount": 80}
    bill = company.post("bill", {"VendorRef": {"value": "4"}, "Line": [line]})
    link = [{"Amount": 30, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}]
    company.post("billpayment", {"VendorRef": {"value": "4"}, "TotalAmt": 30, "PayType": "Check", "Line": link})
    assert company.ask("GET", f"bill/{bill['Id']}").json()["Bill"]["Balance"] == 50
    receipt, estimate = company.post("salesreceipt", invoice()), company.post("estimate", invoice())
    assert (receipt["Balance"], receipt["TotalAmt"], estimate["TotalAmt"]) == (0, 100, 100)
    mailed = company.ask("POST", f"estimate/{estimate['Id']}/send", sendTo="a@example.com").json()["Estimate"]
    assert (mailed["EmailStatus"], mailed["BillEmail"]["Address"]) == ("EmailSent", "a@example.com")


def test_a_voided_invoice_stays_and_comes_to_nothing(company):
    made = company.post("invoice", invoice(PrivateNote="ticket 7001"))
    gone = company.post("invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void")
    assert (gone["TotalAmt"], gone["Line"][0]["Amount"], gone["PrivateNote"]) == (0, 0, "Voided - ticket 7001")
    given = company.post("creditmemo", invoice())
    assert company.code("creditmemo", {"Id": given["Id"], "SyncToken": "0"}, operation="void") == "500"


def test_too_many_requests_are_refused(company_with):
    with company_with(requests_per_minute=3) as company:
        assert [company.ask("GET", "customer/1").status_code for _ in range(4)] == [200, 200, 200, 429]
        company.sandbox.advance(1)
        assert company.ask("GET", "customer/1").status_code == 200


def test_another_company_and_a_token_that_ended_are_refused(company):
    token = company.sandbox.log_in.grant()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    assert company._http.get("../9/customer/1", headers=headers).status_code == 403
    company.sandbox.advance(1.1)
    assert company._http.get("customer/1", headers=headers).json()["fault"]["error"][0]["code"] == "3200"


def test_the_books_are_kept_in_the_file(tmp_path):
    first = Sandbox(SandboxOptions(state=tmp_path / "state", now=NOW))
    made = first.books.act("Invoice", invoice(DocNumber="T-1"))["Invoice"]
    first.close()
    second = Sandbox(SandboxOptions(state=tmp_path / "state", now=NOW))
    assert second.records.known("Invoice", made["Id"])["DocNumber"] == "T-1"
    assert second.books.act("Invoice", invoice(DocNumber="T-2"))["Invoice"]["Id"] == "2"
    second.close()
