"""Every request of every test here is held against the vendor's definition; these show that it is, and by what."""

import json

import httpx
import pytest

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.hooks import PullMode, PullRequest, Write
from servicedesk_xero.sandbox.seed import id_of

SCOPE = "accounting.invoices accounting.contacts accounting.payments accounting.settings"
LINE = {"Description": "Onsite labour", "Quantity": 1, "UnitAmount": 180.0, "AccountCode": "200"}
INVOICE = {"Type": "ACCREC", "Contact": {"ContactID": id_of("Contacts", "Harbor Bakery")}, "LineItems": [LINE]}


async def test_what_the_connector_sends_keeps_the_definition(held, stand, xero, asked):
    for stream in xero.describe_capabilities().streams:
        if stream.part_of is None:
            for mode in (PullMode.BACKFILL, PullMode.RECONCILE):
                refs = [
                    record.external_id
                    async for page in xero.pull(PullRequest(stream.stream, mode))
                    for record in page.records
                ]
            assert [one async for one in xero.fetch_records(stream.stream, refs[:2])]
    made = await xero.send_write(asked(memo="Thank you.", reference="ticket 7001", exchange_rate="1"))
    credit = asked("credit_notes.create", "C-1", credits=made.ref)
    note = (await xero.send_write(credit)).ref
    await xero.send_write(Write("v", "sales_invoices.void", target=id_of("Invoices", "INV-0003"), values=VOID))
    await xero.send_write(Write("c", "customers.create", values={"name": "Example Two", "currency": "NZD"}))
    await xero.read_document(DocumentKind.CREDIT_NOTE, note)
    assert {
        "PUT Invoices", "POST Invoices", "PUT CreditNotes", "PUT CreditNotes/Allocations", "PUT Contacts",
    } <= set(stand.requests)  # fmt: skip
    assert stand.sandbox.broken == []


VOID = {"status": "void"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("PUT", "Invoices", {"Invoices": [{**INVOICE, "Type": "SALE"}]}, {}),
        ("PUT", "Invoices", {"Invoices": [{**INVOICE, "LineItems": [{**LINE, "Quantity": "2.5"}]}]}, {}),
        ("PUT", "Invoices", {"Invoices": [{**INVOICE, "LineItems": [{**LINE, "Acount": "200"}]}]}, {}),
        ("PUT", "Invoices?unitdp=four", {"Invoices": [INVOICE]}, {}),
        (
            "PUT",
            "CreditNotes/" + id_of("CreditNotes", "CN-0001") + "/Allocations",
            {"Allocations": [{"Amount": 1}]},
            {},
        ),
        ("GET", "Invoices?page=one", None, {}),
        ("GET", "Invoices?page=1", None, {"If-Modified-Since": "yesterday"}),
    ],
    ids=["enum", "number-as-text", "misspelt", "unitdp", "allocation", "page", "since"],
)
def test_the_definition_would_refuse_what_is_wrong(  # noqa: PLR0917  # fixtures
    held, stand, method, path, body, headers
):
    options = stand.sandbox.options
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    credentials = (options.client_id, options.client_secret)
    token = httpx.post(f"{stand.url}/connect/token", data=form, auth=credentials).json()["access_token"]
    fields = {"Authorization": f"Bearer {token}", "Accept": "application/json", **headers}
    url = f"{stand.url}/api.xro/2.0/{path}"
    httpx.request(method, url, content=None if body is None else json.dumps(body), headers=fields)
    assert len(stand.sandbox.broken) == 1
    stand.sandbox.broken.clear()
