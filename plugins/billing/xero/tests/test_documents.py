# ruff: noqa: PLR0917  # fixtures are arguments
"""Invoices and credit notes: once, to the cent, and nothing of the wrong sort left standing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.errors import ConnectorError, OutcomeUnknownError, RejectedError, WriteConflictError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, Write
from servicedesk_xero.sandbox.seed import id_of

ROUNDING = {"rounding_account": id_of("Accounts", "860"), "tolerance": "0.05"}
LATER = timedelta(seconds=90)


def numbered(books, number, kind="Invoices", field="InvoiceNumber"):
    return [row for row in books.all(kind) if row.get(field) == number]


def off(by):
    return {"kind": "tax_off", "more": {"by": by}, "match": {"method": "PUT"}}


@pytest.fixture
def clock(stand):
    return stand.clock()


@pytest.fixture
async def xero(stand, clock):
    async with stand.connector(clock=clock) as connector:
        yield connector


@pytest.fixture
def later(stand, clock):
    def move():
        clock.instant += LATER
        stand.sandbox.clock.move(LATER)

    return move


@pytest.mark.parametrize(("draft", "status"), [(True, "DRAFT"), (False, "AUTHORISED")])
async def test_a_document_is_left_for_approval_or_in_the_books(books, xero, asked, draft, status):
    receipt = await xero.send_write(asked(draft=draft, memo="Thank you.", reference="ticket 7001", due_on="2026-12-20"))
    row = books.get("Invoices", receipt.ref)
    assert (row["Status"], row["Reference"], row["Total"], row["DueDate"]) == (
        status, "ticket 7001", "517.50", "2026-12-20",
    )  # fmt: skip
    shown = await xero.read_document(DocumentKind.INVOICE, receipt.ref)
    assert [(line.amount, line.tax, line.account) for line in shown.lines] == [
        (Decimal("450.0"), Decimal("67.5"), id_of("Accounts", "200"))
    ]
    assert row["LineItems"][-1]["Description"] == "Thank you."


async def test_tax_is_rounded_line_by_line(books, xero, asked, priced):
    values = priced(("1", "25.06"), ("1", "25.61"), ("1", "25.63"))
    assert values["tax"] == "11.44"
    receipt = await xero.send_write(asked(**values))
    assert books.get("Invoices", receipt.ref)["TotalTax"] == "11.44"


async def test_unit_prices_keep_four_decimals(books, xero, asked, priced):
    receipt = await xero.send_write(asked(**priced(("3", "33.3333"))))
    assert books.get("Invoices", receipt.ref)["LineItems"][0]["UnitAmount"] == "33.3333"
    assert (await xero.read_document(DocumentKind.INVOICE, receipt.ref)).lines[0].unit_price == Decimal("33.3333")


@pytest.mark.parametrize("price", ["0", "0.005", "0.0049"])
async def test_nothing_and_halves_of_a_cent_come_to_what_xero_says(books, xero, asked, priced, price):
    receipt = await xero.send_write(asked(**priced(("1", price), ("1", "10"), ("-1", price))))
    assert numbered(books, "T-7001")[0]["InvoiceID"] == receipt.ref


async def test_less_than_nothing_is_refused(books, xero, asked, priced):
    with pytest.raises(RejectedError, match="cannot be negative"):
        await xero.send_write(asked(**priced(("-1", "10"))))
    assert numbered(books, "T-7001") == []


async def test_a_document_whose_answer_got_lost_is_found_by_its_number(stand, books, xero, asked):
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "PUT"}}])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(asked())
    (row,) = numbered(books, "T-7001")
    assert await xero.find_write(asked()) == Found(row["InvoiceID"])


async def test_what_is_sent_again_with_its_key_is_made_once(stand, books, xero, asked):
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "PUT"}}])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(asked())
    receipt = await xero.send_write(asked())
    assert [row["InvoiceID"] for row in numbered(books, "T-7001")] == [receipt.ref]


async def test_an_answer_of_before_does_not_hide_what_became_of_the_document(books, xero, asked, later):
    receipt = await xero.send_write(asked(draft=True))
    books.put("Invoices", {**books.get("Invoices", receipt.ref), "Status": "DELETED"})
    later()
    with pytest.raises(RejectedError, match="taken back: it is deleted"):
        await xero.send_write(asked(draft=True))


@pytest.mark.parametrize("act", ["another act", "act of T-7001"])
async def test_a_number_that_another_document_has_is_refused_and_that_one_stays(books, xero, asked, priced, act):
    books.put("Invoices", {**books.get("Invoices", id_of("Invoices", "INV-0001")), "InvoiceNumber": "T-7001"})
    before = numbered(books, "T-7001")
    with pytest.raises(RejectedError, match="another document in Xero has the number T-7001"):
        await xero.send_write(asked(act=act))
    assert numbered(books, "T-7001") == before


async def test_two_acts_with_one_number_and_one_content_are_one_document(books, xero, asked):
    refs = {(await xero.send_write(asked(act=act))).ref for act in ("first run", "second run")}
    assert refs == {row["InvoiceID"] for row in numbered(books, "T-7001")}
    assert len(refs) == 1
    with pytest.raises(RejectedError, match="another document"):
        await xero.send_write(replace(asked(act="third run"), taken_refs=frozenset(refs)))


@pytest.mark.parametrize("by", ["0.01", "-0.03"])
@pytest.mark.parametrize("draft", [True, False])
async def test_a_tax_engine_that_is_off_by_cents_gets_a_rounding_line(stand, books, xero, asked, by, draft):
    stand.sandbox.faults([off(by)])
    receipt = await xero.send_write(asked(draft=draft, **ROUNDING))
    row = books.get("Invoices", receipt.ref)
    assert row["Total"] == "517.50"
    lines = [(line["Description"], line.get("AccountCode"), line["LineAmount"]) for line in row["LineItems"]]
    assert lines == [("Onsite labour", "200", "450.00"), ("Rounding", "860", f"{-Decimal(by):.2f}")]


async def test_a_rounding_line_can_be_an_item(stand, books, xero, asked):
    stand.sandbox.faults([off("0.02")])
    receipt = await xero.send_write(asked(rounding_item=id_of("Items", "REMOTE"), tolerance="0.05"))
    row = books.get("Invoices", receipt.ref)
    assert (row["Total"], row["LineItems"][-1]["ItemCode"], row["LineItems"][-1]["TaxType"]) == (
        "517.50", "REMOTE", "NONE",
    )  # fmt: skip


@pytest.mark.parametrize(("draft", "status"), [(True, "DELETED"), (False, "VOIDED")])
@pytest.mark.parametrize("more", [{}, {"tolerance": "0.05"}, ROUNDING])
async def test_what_differs_by_more_is_taken_back(stand, books, xero, asked, draft, status, more):
    stand.sandbox.faults([off("0.06")])
    with pytest.raises(RejectedError, match=r"comes to 517\.56, not 517\.50"):
        await xero.send_write(asked(draft=draft, **more))
    assert [row["Status"] for row in numbered(books, "T-7001")] == [status]


async def test_a_rounding_line_whose_answer_got_lost_is_gone_on_with(stand, books, xero, asked, later):
    stand.sandbox.faults([off("0.01"), {"kind": "drop_before", "match": {"method": "POST", "path": "/Invoices"}}])
    write = asked(**ROUNDING)
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(write)
    assert isinstance(await xero.find_write(write), Inconclusive)
    later()
    found = await xero.find_write(write)
    assert (type(found), found.begun) == (ProvenAbsent, numbered(books, "T-7001")[0]["InvoiceID"])
    receipt = await xero.send_write(write)
    assert await xero.find_write(write) == Found(receipt.ref)
    (row,) = numbered(books, "T-7001")
    assert (row["Total"], len(row["LineItems"])) == ("517.50", 2)


async def test_a_rounding_line_that_was_made_is_not_made_twice(stand, books, xero, asked, later):
    stand.sandbox.faults([off("0.01"), {"kind": "drop_after", "match": {"method": "POST", "path": "/Invoices"}}])
    write = asked(**ROUNDING)
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(write)
    (row,) = numbered(books, "T-7001")
    assert await xero.find_write(write) == Found(row["InvoiceID"])
    later()
    assert (await xero.send_write(write)).ref == row["InvoiceID"]
    assert len(numbered(books, "T-7001")[0]["LineItems"]) == 2


async def test_what_could_not_be_taken_back_is_taken_back_when_it_is_sent_again(stand, books, xero, asked, later):
    stand.sandbox.faults([off("1"), {"kind": "drop_before", "match": {"method": "POST", "path": "/Invoices"}}])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(asked())
    later()
    assert isinstance(await xero.find_write(asked()), ProvenAbsent)
    with pytest.raises(RejectedError, match="was taken back"):
        await xero.send_write(asked())
    assert [row["Status"] for row in numbered(books, "T-7001")] == ["VOIDED"]


@pytest.mark.parametrize("draft", [True, False])
async def test_a_document_whose_rounding_line_is_refused_is_taken_back(books, xero, stand, asked, draft):
    status = "DELETED" if draft else "VOIDED"
    books.put("Accounts", {**books.get("Accounts", id_of("Accounts", "860")), "Status": "ARCHIVED"})
    stand.sandbox.faults([off("0.01")])
    with pytest.raises(RejectedError, match=r"comes to 517\.51.* No rounding line was taken.* '860'"):
        await xero.send_write(asked(draft=draft, **ROUNDING))
    assert [row["Status"] for row in numbered(books, "T-7001")] == [status]


async def test_a_rounding_item_that_is_not_there_is_told_before_anything_is_made(books, xero, stand, asked):
    stand.sandbox.faults([off("0.01")])
    with pytest.raises(RejectedError, match=r"no item .* with a code"):
        await xero.send_write(asked(rounding_item=id_of("Items", "nobody"), tolerance="0.05"))
    assert numbered(books, "T-7001") == []


async def test_what_is_unfinished_and_whose_key_was_forgotten_is_a_doubt(stand, books, xero, asked, later, monkeypatch):
    shelf = stand.sandbox.shelf
    monkeypatch.setattr(
        shelf, "get", lambda name, key, get=shelf.get: None if name == "idempotency" else get(name, key)
    )
    stand.sandbox.faults([off("0.01"), {"kind": "drop_before", "match": {"method": "POST", "path": "/Invoices"}}])
    write = asked(**ROUNDING)
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(write)
    later()
    (row,) = numbered(books, "T-7001")
    with pytest.raises(OutcomeUnknownError, match="nothing proves that it is ours"):
        await xero.send_write(write)
    assert numbered(books, "T-7001") == [row]
    books.put("Invoices", {**row, "Total": "517.50"})
    assert await xero.find_write(write) == Found(row["InvoiceID"])


async def test_where_only_the_ledger_knows_the_tax_its_total_stands(stand, books, xero, asked):
    stand.sandbox.faults([off("0.60")])
    receipt = await xero.send_write(asked(tax=None, total=None))
    assert books.get("Invoices", receipt.ref)["Total"] == "518.10"


async def test_one_of_several_may_be_refused_in_a_success(stand, books, xero, asked):
    error = {"Type": "ACCREC", "HasErrors": True, "StatusAttributeString": "ERROR",
             "ValidationErrors": [{"Message": "Account code '9' is not a valid code for this document."}]}  # fmt: skip
    answer = {"kind": "status", "status": 200, "body": {"Status": "OK", "Invoices": [error]}}
    stand.sandbox.faults([{**answer, "match": {"method": "PUT"}}])
    with pytest.raises(RejectedError, match="not a valid code"):
        await xero.send_write(asked())


async def test_a_success_without_the_record_is_a_doubt(stand, xero, asked):
    answer = {"kind": "status", "status": 200, "body": {"Status": "OK", "Invoices": []}, "match": {"method": "PUT"}}
    stand.sandbox.faults([answer])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(asked())


@pytest.mark.parametrize(
    ("more", "field", "told"),
    [
        ({"issue_on": "2025-12-31"}, "issue_on", "period lock date"),
        ({"currency": "CHF"}, "currency", "not subscribed to currency CHF"),
        ({"currency": "EUR"}, "currency", "No exchange rate"),
        ({"customer": id_of("Contacts", "Old Mill")}, "customer", "archived"),
        ({"customer": id_of("Contacts", "nobody")}, "customer", "Contact must be specified"),
    ],
    ids=["locked", "currency", "rate", "archived", "nobody"],
)
async def test_a_refusal_says_what_it_is_about_and_what_helps(books, xero, asked, more, field, told):
    with pytest.raises(RejectedError, match=told) as refused:
        await xero.send_write(asked(**more))
    assert refused.value.field_errors == (field,)
    assert refused.value.hint
    assert numbered(books, "T-7001") == []


async def test_a_customer_that_was_merged_is_refused_and_the_other_is_named(stand, xero, asked):
    clinic = id_of("Contacts", "Example Clinic")
    stand.sandbox.first.catalogue.merge(asked().values["customer"], clinic)
    with pytest.raises(RejectedError) as refused:
        await xero.send_write(asked())
    assert clinic in refused.value.hint


@pytest.mark.parametrize(("field", "part", "first"), [("item", "Items", "ONSITE"), ("account", "Accounts", "260")])
async def test_items_and_accounts_go_by_their_ids_whatever_their_codes_become(stand, books, asked, field, part, first):
    books.put(part, {**books.get(part, id_of(part, first)), "Code": "NEW"})
    line = {name: value for name, value in asked().values["lines"][0].items() if name != "account"}
    async with stand.connector() as xero:
        receipt = await xero.send_write(asked(lines=[{**line, field: id_of(part, first)}]))
        (row,) = books.get("Invoices", receipt.ref)["LineItems"]
        assert "NEW" in (row.get("ItemCode"), row["AccountCode"])
        with pytest.raises(RejectedError, match=f"no {field} .* with a code") as refused:
            await xero.send_write(asked(number="T-2", lines=[{**line, field: id_of(part, "nobody")}]))
    assert refused.value.field_errors == ("lines",)


async def test_a_code_that_is_renamed_meanwhile_is_read_again_when_it_was_refused(books, xero, asked):
    await xero.send_write(asked())
    books.put("Accounts", {**books.get("Accounts", id_of("Accounts", "200")), "Code": "NEW"})
    with pytest.raises(RejectedError, match="not a valid code"):
        await xero.send_write(asked(number="T-2"))
    receipt = await xero.send_write(asked(number="T-2"))
    assert books.get("Invoices", receipt.ref)["LineItems"][0]["AccountCode"] == "NEW"


async def test_a_voided_document_keeps_its_number(xero, asked):
    ref = (await xero.send_write(asked())).ref
    await xero.send_write(Write("v", "sales_invoices.void", ref, values={"status": "void"}))
    with pytest.raises(RejectedError, match="has the number T-7001"):
        await xero.send_write(asked(act="another act"))


async def test_codes_are_read_once_for_documents_that_are_sent_side_by_side(stand, xero, asked):
    receipts = await asyncio.gather(*(xero.send_write(asked(number=f"T-{number}")) for number in range(5)))
    assert len({one.ref for one in receipts}) == 5
    assert stand.requests == {"POST token": 1, "GET Accounts": 1, "PUT Invoices": 5}


async def test_an_exchange_rate_is_turned_around(books, xero, asked):
    receipt = await xero.send_write(asked(currency="USD", exchange_rate="1.6"))
    assert books.get("Invoices", receipt.ref)["CurrencyRate"] == "0.625"
    assert (await xero.read_document(DocumentKind.INVOICE, receipt.ref)).exchange_rate == Decimal("1.6")


@pytest.mark.parametrize(("total", "left", "status"), [("20", "0.00", "PAID"), ("2000", "1461.44", "AUTHORISED")])
async def test_a_credit_note_settles_its_invoice_as_far_as_it_is_due(books, xero, asked, priced, total, left, status):
    invoice = id_of("Invoices", "INV-0001")
    receipt = await xero.send_write(asked("credit_notes.create", "C-1", credits=invoice, **priced(("1", total))))
    row = books.get("CreditNotes", receipt.ref)
    assert (row["Status"], row["CreditNoteNumber"]) == (status, "C-1")
    due = Decimal("799.83") - 100 - 20
    allocated = min(Decimal(total) * Decimal("1.15"), due)
    assert Decimal(row["RemainingCredit"]) == Decimal(total) * Decimal("1.15") - allocated


async def test_a_credit_note_whose_allocation_got_lost_is_allocated_once(stand, books, xero, asked, later, priced):
    invoice = id_of("Invoices", "INV-0001")
    write = asked("credit_notes.create", "C-1", credits=invoice, **priced(("1", "20")))
    stand.sandbox.faults([{"kind": "drop_after", "match": {"path": "/Allocations"}}])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(write)
    later()
    found = await xero.find_write(write)
    assert isinstance(found, Found)
    await xero.send_write(write)
    assert len(books.get("CreditNotes", found.ref)["Allocations"]) == 1


async def test_a_credit_note_that_was_never_allocated_is_gone_on_with(stand, books, xero, asked, later, priced):
    invoice = id_of("Invoices", "INV-0001")
    write = asked("credit_notes.create", "C-1", credits=invoice, **priced(("1", "20")))
    stand.sandbox.faults([{"kind": "drop_before", "match": {"path": "/Allocations"}}])
    with pytest.raises(ConnectorError):
        await xero.send_write(write)
    later()
    assert isinstance(await xero.find_write(write), ProvenAbsent)
    receipt = await xero.send_write(write)
    assert [one["Amount"] for one in books.get("CreditNotes", receipt.ref)["Allocations"]] == ["23.00"]


async def test_a_credit_for_what_is_settled_is_left_over_and_a_draft_settles_nothing(books, xero, asked):
    paid = id_of("Invoices", "INV-0002")
    receipt = await xero.send_write(asked("credit_notes.create", "C-1", credits=paid))
    assert "settled already" in receipt.warnings[0]
    receipt = await xero.send_write(asked("credit_notes.create", "C-2", credits=paid, draft=True))
    assert "draft" in receipt.warnings[0]


async def test_a_credit_for_another_client_is_kept_and_the_rest_is_refused(books, xero, asked):
    clinic = id_of("Contacts", "Example Clinic")
    write = asked("credit_notes.create", "C-1", credits=id_of("Invoices", "INV-0001"), customer=clinic)
    receipt = await xero.send_write(write)
    assert "another contact" in receipt.refused["credits"]
    assert books.get("CreditNotes", receipt.ref)["RemainingCredit"] == "517.50"


async def test_a_credit_for_an_invoice_that_is_not_there_is_kept_and_the_rest_is_refused(books, xero, asked):
    receipt = await xero.send_write(asked("credit_notes.create", "C-1", credits=id_of("Invoices", "nobody")))
    assert receipt.refused["credits"]
    assert books.get("CreditNotes", receipt.ref)["RemainingCredit"] == "517.50"


async def test_what_is_open_is_voided_and_a_draft_is_deleted(books, xero, asked):
    for kind, part in (("sales_invoices", "Invoices"), ("credit_notes", "CreditNotes")):
        for draft, status in ((True, "DELETED"), (False, "VOIDED")):
            ref = (await xero.send_write(asked(f"{kind}.create", f"{part[:1]}-{draft}", draft=draft))).ref
            receipt = await xero.send_write(Write(f"void {ref}", f"{kind}.void", ref, values={"status": "void"}))
            assert (receipt.ref, books.get(part, ref)["Status"]) == (ref, status)


async def test_what_is_paid_is_not_voided_and_neither_is_what_somebody_changed(books, xero):
    void = Write("v", "sales_invoices.void", id_of("Invoices", "INV-0002"), values={"status": "void"})
    with pytest.raises(RejectedError, match="is paid cannot be voided"):
        await xero.send_write(void)
    with pytest.raises(WriteConflictError):
        await xero.send_write(replace(void, base={"status": "open"}))
    with pytest.raises(RejectedError, match="payment or credit note allocated"):
        await xero.send_write(replace(void, target=id_of("Invoices", "INV-0001")))


async def test_a_customer_carries_our_number_and_a_name_is_there_once(stand, books, xero):
    values = {"name": "Example Two", "number": "C-200", "email": "two@example.com", "tax_number": "12-345-678"}
    write = Write("c", "customers.create", values=values, attempted_at=xero.ctx.clock.now())
    stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "PUT"}}])
    with pytest.raises(OutcomeUnknownError):
        await xero.send_write(write)
    row = books.find("Contacts", "ContactNumber", "C-200")
    assert await xero.find_write(write) == Found(row["ContactID"])
    assert (await xero.send_write(write)).ref == row["ContactID"]
    assert (await xero.send_write(replace(write, id="with another key"))).ref == row["ContactID"]
    other = {"name": "harbor bakery", "number": "C-201"}
    with pytest.raises(RejectedError, match="contact name … is already assigned") as refused:
        await xero.send_write(Write("d", "customers.create", values=other))
    assert "billing map" in refused.value.hint


async def test_a_contact_of_others_with_our_number_is_never_taken_for_our_customer(books, xero, later):
    books.put("Contacts", {**books.get("Contacts", id_of("Contacts", "Example Clinic")), "ContactNumber": "C-200"})
    write = Write("c", "customers.create", values={"name": "Example Two", "number": "C-200"},
                  attempted_at=xero.ctx.clock.now())  # fmt: skip
    later()
    assert isinstance(await xero.find_write(write), ProvenAbsent)
    with pytest.raises(RejectedError, match="already assigned"):
        await xero.send_write(write)


@pytest.mark.slow
async def test_five_thousand_lines_are_one_document(books, xero, asked, priced):
    receipt = await xero.send_write(asked(**priced(*[("1", "10.01")] * 5000)))
    assert len(books.get("Invoices", receipt.ref)["LineItems"]) == 5000
    assert len((await xero.read_document(DocumentKind.INVOICE, receipt.ref)).lines) == 5000
