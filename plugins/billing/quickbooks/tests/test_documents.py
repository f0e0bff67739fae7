"""Documents and customers that are written: right to the cent, once, or not at all."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from servicedesk_core.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RejectedError,
    WriteConflictError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, Write

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("held_to_contract")]

MADE = {"method": "POST", "path": "/invoice$"}


def request(number="SD-1", **changes):
    line = {"number": 1, "description": "Onsite labour", "quantity": "2.5", "unit_price": "100", "amount": "250"}
    values = {
        "kind": "sales_invoices",
        "number": number,
        "customer": "1",
        "issue_on": "2026-11-20",
        "currency": "USD",
        "lines": [{**line, "item": "1", **changes.pop("line", {})}],
        "net": "250",
    }
    return values | changes


def asked(books, key="act-1", **changes):
    values = request(**changes)
    return Write(key, f"{values['kind']}.create", values=values, attempted_at=books.ctx.clock.now())


def fault(code, detail="", **more):
    body = {"Fault": {"Error": [{"Message": "An error", "Detail": detail, "code": code}], "type": "ValidationFault"}}
    return {"kind": "status", "status": 400, "body": body, **more}


@pytest.fixture
def company(stand_with):
    """Opens a connection to a company of another kind."""

    @asynccontextmanager
    async def opened(*, tax_rounding="unknown", **habits):
        with stand_with(**habits) as running:
            async with running.connector(tax_rounding=tax_rounding) as books:
                yield running.sandbox, books

    return opened


def only(sandbox, entity="Invoice"):
    (row,) = sandbox.records.all(entity)
    return row


async def test_what_is_sent_names_the_act_where_no_client_reads(books, stand):
    write = asked(books, due_on="2026-12-20", memo="Thank you", reference="PO 77")
    receipt = await books.send_write(write)
    row = only(stand.sandbox)
    assert (receipt.ref, receipt.record.revision) == (row["Id"], "0")
    assert row["PrivateNote"] == "PO 77\n\n[ref:act-1]"
    assert (row["CustomerMemo"]["value"], row["DueDate"]) == ("Thank you\nPO 77", "2026-12-20")
    assert "GlobalTaxCalculation" not in row
    assert books.map_record("sales_invoices", receipt.record.raw).entity.reference == "PO 77"


async def test_in_the_us_a_line_says_only_whether_it_is_taxed(stand, books, company):
    await books.send_write(asked(books, line={"tax_code": "1"}))
    assert only(stand.sandbox)["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "TAX"}
    async with company(automated_tax=False, tax_rounding="document") as (sandbox, other):
        given = {"tax": "20.63", "total": "270.63", "line": {"tax_code": "1"}}
        await other.send_write(asked(other, **given))
        row = only(sandbox)
        assert row["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "1"}
        lines = [{**request()["lines"][0], "number": n, "item": "1", "tax_code": str(n)} for n in (1, 2)]
        with pytest.raises(RejectedError, match="one rate"):
            await other.send_write(asked(other, "act-2", number="SD-2", lines=lines, net="500"))


async def test_without_a_code_of_its_own_a_line_is_taxed_as_its_item_is(stand, books):
    await books.send_write(asked(books))
    await books.send_write(asked(books, "act-2", number="SD-2", line={"item": "5"}))
    taxed, untaxed = stand.sandbox.records.all("Invoice")
    assert (taxed["TotalAmt"], untaxed["TotalAmt"]) == (270.63, 250)  # 8.25 % of California, half up


async def test_outside_the_us_a_line_without_any_code_is_not_sent(company):
    async with company(country="CA", currency="CAD") as (sandbox, books):
        item = sandbox.records.known("Item", "1")
        del item["SalesTaxCodeRef"]
        with pytest.raises(RejectedError, match="no tax code"):
            await books.send_write(asked(books, currency="CAD"))
        assert sandbox.books.done == 0
        await books.send_write(asked(books, currency="CAD", line={"tax_code": "1"}))
        assert (only(sandbox)["GlobalTaxCalculation"], only(sandbox)["TotalAmt"]) == ("TaxExcluded", 262.5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"draft": True}, "no drafts"),
        ({"tax_mode": "inclusive"}, "tax in them"),
        ({"currency": "EUR"}, "USD only"),
        ({"line": {"item": None}}, "needs an item"),
        ({"net": "251"}, "cannot be read"),
    ],
    ids=str,
)
async def test_what_the_company_cannot_take_is_refused_unsent(books, stand, changes, reason):
    with pytest.raises(RejectedError, match=reason):
        await books.send_write(asked(books, **changes))
    assert stand.sandbox.books.done == 0


async def test_a_company_that_numbers_itself_is_sent_nothing(company):
    async with company(custom_numbers=False) as (sandbox, books):
        with pytest.raises(RejectedError, match="custom transaction numbers"):
            await books.send_write(asked(books))
        assert sandbox.books.done == 0


async def test_another_currency_goes_with_its_rate_or_that_of_the_day(company):
    async with company(multi_currency=True) as (sandbox, books):
        await books.send_write(asked(books, currency="EUR", exchange_rate="1.1"))
        await books.send_write(asked(books, "act-2", number="SD-2", currency="EUR"))
        rows = sandbox.records.all("Invoice")
        assert [(row["CurrencyRef"]["value"], row["ExchangeRate"]) for row in rows] == [("EUR", 1.1), ("EUR", 1.08)]


async def test_a_credit_note_in_another_currency_settles_at_its_own_rate(company):
    async with company(multi_currency=True) as (sandbox, books):
        euros = {"currency": "EUR", "exchange_rate": "1.1"}
        sold = await books.send_write(asked(books, **euros))
        note = asked(books, "act-2", number="CN-1", kind="credit_notes", credits=sold.ref, **euros)
        assert (await books.send_write(note)).refused == {}
        payment = only(sandbox, "Payment")
        assert (payment["CurrencyRef"]["value"], payment["ExchangeRate"]) == ("EUR", 1.1)


async def test_a_closed_period_is_told_with_what_to_do(company):
    async with company(books_closed_on="2026-11-30") as (sandbox, books):
        with pytest.raises(RejectedError, match="6210") as raised:
            await books.send_write(asked(books))
        assert "later date" in raised.value.hint
        assert sandbox.books.done == 0


async def test_a_customer_that_was_made_inactive_is_named(books, stand):
    head = {"Id": "1", "SyncToken": "0", "sparse": True, "Active": False}
    stand.sandbox.books.act("Customer", head)
    with pytest.raises(RejectedError, match="inactive") as raised:
        await books.send_write(asked(books))
    assert "customer" in raised.value.field_errors


async def test_a_repeat_makes_nothing_twice_also_when_the_vendor_forgot_it(books, stand):
    write = asked(books)
    first = await books.send_write(write)
    assert (await books.send_write(write)).ref == first.ref  # the same request id
    stand.sandbox.shelf.put("answers", write.id, None)
    assert (await books.send_write(write)).ref == first.ref  # the same number, with our mark
    assert len(stand.sandbox.records.all("Invoice")) == 1
    with pytest.raises(RejectedError, match="Another document"):
        await books.send_write(replace(write, id="another-act"))


async def test_the_first_answer_to_a_repeat_is_not_believed_of_what_was_deleted_meanwhile(books, stand):
    write = asked(books)
    receipt = await books.send_write(write)
    stand.sandbox.books.act("Invoice", {"Id": receipt.ref, "SyncToken": "0"}, operation="delete")
    later = replace(write, attempted_at=write.attempted_at + timedelta(minutes=5))
    with pytest.raises(RejectedError, match="deleted"):
        await books.send_write(later)


async def test_what_somebody_voided_before_its_answer_was_known_stays_in_the_books(books, stand):
    write = asked(books)
    ref = (await books.send_write(write)).ref
    stand.sandbox.books.act("Invoice", {"Id": ref, "SyncToken": "0", "sparse": True}, operation="void")
    with pytest.raises(RejectedError, match="is voided"):
        await books.send_write(write)
    assert only(stand.sandbox)["TotalAmt"] == 0


async def test_a_request_id_that_is_just_being_worked_on_is_a_doubt(books, stand):
    stand.sandbox.faults([fault("600", match=MADE)])
    with pytest.raises(OutcomeUnknownError):
        await books.send_write(asked(books))


@pytest.fixture
async def british(company):
    habits = {"country": "GB", "currency": "GBP", "tax_rounding": "document"}
    async with company(**habits) as (sandbox, books):
        yield sandbox, books


def with_total(books, **changes):
    told = {"currency": "GBP", "tax": "50", "total": "300", "tolerance": "0.02", "rounding_item": "5"}
    return asked(books, line={"tax_code": "1"}, **told | changes)


async def test_a_cent_of_the_tax_engine_is_rounded_off_by_an_untaxed_line(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.01"))
    receipt = await books.send_write(with_total(books))
    row = only(sandbox)
    assert (row["TotalAmt"], receipt.record.revision) == (300, "1")
    line = row["Line"][1]
    assert (line["Amount"], line["Description"]) == (-0.01, "Rounding")
    assert line["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "2"}


async def test_a_rounding_line_over_a_newer_version_is_made_anew(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.01"))
    # Between the two requests somebody opens and saves it.
    sandbox.faults([fault("5010", match={"method": "POST", "path": "/invoice$", "nth": 2})])
    await books.send_write(with_total(books))
    assert only(sandbox)["TotalAmt"] == 300


async def test_a_wrong_total_is_taken_back_and_what_cannot_be_is_said(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.50"))
    with pytest.raises(RejectedError, match=r"300.5, not 300"):
        await books.send_write(with_total(books))
    assert sandbox.records.all("Invoice") == []
    sandbox.books.engine.shift_next(Decimal("0.50"))
    sandbox.faults([fault("6540", "deposited", match={"method": "POST", "path": "/invoice$", "nth": 2})])
    with pytest.raises(OutcomeUnknownError, match="does not delete it") as raised:
        await books.send_write(replace(with_total(books, number="SD-2"), id="act-2"))
    assert "delete it there" in raised.value.hint
    assert len(sandbox.records.all("Invoice")) == 1


async def test_not_found_is_no_proof_that_a_wrong_invoice_is_gone(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.50"))
    sandbox.faults([fault("610", "made inactive", match={"method": "POST", "path": "/invoice$", "nth": 2})])
    with pytest.raises(OutcomeUnknownError, match="does not delete it"):
        await books.send_write(with_total(books))
    with pytest.raises(RejectedError, match=r"300\.5, not 300"):
        await books.send_write(with_total(books))
    assert sandbox.records.all("Invoice") == []


async def test_what_is_paid_by_the_time_it_could_be_taken_back_is_left_standing(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.50"))
    sandbox.faults([{"kind": "drop_before", "match": {"method": "POST", "path": "/invoice$", "nth": 2}}])
    with pytest.raises(OutcomeUnknownError):
        await books.send_write(with_total(books))
    ref = only(sandbox)["Id"]
    line = {"Amount": 300.5, "LinkedTxn": [{"TxnId": ref, "TxnType": "Invoice"}]}
    sandbox.books.act("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 300.5, "Line": [line]})
    with pytest.raises(OutcomeUnknownError, match=r"paid or credited.*300\.5, not 300"):
        await books.send_write(with_total(books))
    assert only(sandbox)["Balance"] == 0


async def test_what_somebody_corrected_while_it_was_rounded_is_left_as_it_is(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.01"))
    real = sandbox.answer

    def answer(request):
        if request.method == "POST" and "invoice" in request.path and sandbox.records.all("Invoice"):
            del sandbox.answer
            line = {"DetailType": "SalesItemLineDetail", "Description": "Rounding", "Amount": -0.01}
            code = {"ItemRef": {"value": "5"}, "TaxCodeRef": {"value": "2"}}
            row = only(sandbox)
            lines = [row["Line"][0], {**line, "SalesItemLineDetail": code}]
            sandbox.books.act("Invoice", {**row, "Line": lines})
        return real(request)

    sandbox.answer = answer
    receipt = await books.send_write(with_total(books))
    assert (receipt.ref, only(sandbox)["TotalAmt"], len(only(sandbox)["Line"])) == (only(sandbox)["Id"], 300, 3)


async def test_where_numbers_may_be_there_twice_ours_is_not(company):
    async with company(unique_numbers=False) as (sandbox, books):
        line = {"DetailType": "SalesItemLineDetail", "Amount": 1, "SalesItemLineDetail": {}}
        sandbox.books.act("Invoice", {"CustomerRef": {"value": "1"}, "DocNumber": "SD-1", "Line": [line]})
        with pytest.raises(RejectedError, match="Another document"):
            await books.send_write(asked(books))
        write = asked(books, "act-2", number="SD-2")
        first = await books.send_write(write)
        sandbox.shelf.put("answers", write.id, None)
        assert (await books.send_write(write)).ref == first.ref
        assert [row["DocNumber"] for row in sandbox.records.all("Invoice")] == ["SD-1", "SD-2"]


@pytest.mark.parametrize("code", ["5010", "6000"])
async def test_what_neither_can_be_rounded_nor_stands_in_an_older_version_is_taken_back(british, code):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.01"))
    second = {"method": "POST", "path": "/invoice$", "nth": 2}
    sandbox.faults([fault(code, match={**second, "times": 1 if code == "6000" else 3})])
    with pytest.raises(RejectedError, match=r"300\.01, not 300"):
        await books.send_write(with_total(books))
    assert sandbox.records.all("Invoice") == []


async def test_an_item_for_rounding_that_is_out_of_use_leaves_nothing_standing(british):
    sandbox, books = british
    sandbox.books.engine.shift_next(Decimal("0.01"))
    sandbox.faults([fault("610", "inactive", match={"method": "POST", "path": "/invoice$", "nth": 2})])
    with pytest.raises(RejectedError, match=r"300\.01, not 300"):
        await books.send_write(with_total(books))
    assert sandbox.records.all("Invoice") == []
    sandbox.books.act("Item", {"Id": "3", "SyncToken": "0", "sparse": True, "Active": False})
    for item in ("999", "3"):
        with pytest.raises(RejectedError, match="item for rounding"):
            await books.send_write(replace(with_total(books, number="SD-2", rounding_item=item), id="act-2"))
    assert sandbox.records.all("Invoice") == []


async def test_what_broke_off_between_making_and_rounding_is_gone_on_with(british):
    sandbox, books = british
    await books.send_write(replace(with_total(books, number="SD-0"), id="act-0"))
    sandbox.books.engine.shift_next(Decimal("0.01"))
    sandbox.faults([{"kind": "drop_before", "match": {"method": "POST", "path": "/invoice$", "nth": 2}}])
    write = with_total(books)
    with pytest.raises(OutcomeUnknownError):
        await books.send_write(write)
    before = replace(write, attempted_at=write.attempted_at - timedelta(minutes=10))
    found = await books.find_write(before)  # it is there, and not yet what was asked for
    assert (type(found), found.begun) == (ProvenAbsent, sandbox.records.all("Invoice")[1]["Id"])
    receipt = await books.send_write(write)
    assert await books.find_write(write) == Found(receipt.ref)
    assert [row["TotalAmt"] for row in sandbox.records.all("Invoice")] == [300, 300]


async def test_the_first_document_of_all_cannot_prove_that_a_search_works(books):
    write = replace(asked(books), attempted_at=books.ctx.clock.now() - timedelta(minutes=10))
    assert isinstance(await books.find_write(write), Inconclusive)


async def test_a_document_of_somebody_shows_that_the_search_works(books, stand):
    line = {"DetailType": "SalesItemLineDetail", "Amount": 1, "SalesItemLineDetail": {}}
    stand.sandbox.books.act("Invoice", {"CustomerRef": {"value": "1"}, "DocNumber": "1001", "Line": [line]})
    write = replace(asked(books), attempted_at=books.ctx.clock.now() - timedelta(minutes=10))
    assert isinstance(await books.find_write(write), ProvenAbsent)


async def test_a_credit_note_settles_what_is_open_and_says_when_nothing_is(books, stand):
    sold = await books.send_write(asked(books))
    note = asked(books, "act-2", number="CN-1", kind="credit_notes", credits=sold.ref)
    given = await books.send_write(note)
    assert given.refused == {}
    assert stand.sandbox.records.known("Invoice", sold.ref)["Balance"] == 0
    payment = only(stand.sandbox, "Payment")
    assert (payment["TotalAmt"], payment["PrivateNote"]) == (0, "[ref:act-2]")
    stand.sandbox.shelf.put("answers", "act-2", None)
    assert (await books.send_write(note)).ref == given.ref
    assert len(stand.sandbox.records.all("Payment")) == 1
    other = asked(books, "act-3", number="CN-2", kind="credit_notes", credits=sold.ref)
    assert "Nothing is open" in (await books.send_write(other)).refused["credits"]
    gone = asked(books, "act-4", number="CN-3", kind="credit_notes", credits="999")
    assert "settles nothing" in (await books.send_write(gone)).refused["credits"]


async def test_a_credit_note_whose_settling_broke_off_is_gone_on_with(books, stand):
    sold = await books.send_write(asked(books))
    await books.send_write(asked(books, "act-0", number="CN-0", kind="credit_notes"))
    note = asked(books, "act-2", number="CN-1", kind="credit_notes", credits=sold.ref)
    stand.sandbox.faults([{"kind": "drop_before", "match": {"method": "POST", "path": "/payment$"}}])
    with pytest.raises(OutcomeUnknownError):
        await books.send_write(note)
    before = replace(note, attempted_at=note.attempted_at - timedelta(minutes=10))
    assert isinstance(await books.find_write(before), ProvenAbsent)
    receipt = await books.send_write(note)
    assert await books.find_write(note) == Found(receipt.ref)
    assert stand.sandbox.records.known("Invoice", sold.ref)["Balance"] == 0


async def test_more_lines_than_the_interface_takes_are_not_sent(books, stand):
    line = request()["lines"][0]
    lines = [{**line, "number": number} for number in range(1, 752)]
    with pytest.raises(RejectedError, match="750 lines"):
        await books.send_write(asked(books, lines=lines, net=str(250 * 751)))
    assert stand.sandbox.books.done == 0


async def test_an_invoice_is_voided_in_the_version_that_was_read(books, stand):
    sold = await books.send_write(asked(books))
    values, base = {"status": "void"}, {"status": "open"}
    write = Write("v-1", "sales_invoices.void", target=sold.ref, values=values, base=base, base_revision="7")
    with pytest.raises(WriteConflictError):
        await books.send_write(write)
    write = replace(write, id="v-2", base_revision="0", attempted_at=books.ctx.clock.now())
    assert isinstance(await books.find_write(write), Inconclusive)
    assert (await books.send_write(write)).ref == sold.ref
    assert await books.find_write(write) == Found(sold.ref)
    stand.sandbox.books.act("Invoice", {"Id": sold.ref, "SyncToken": "1"}, operation="delete")
    assert isinstance(await books.find_write(write), Inconclusive)
    with pytest.raises((RejectedError, NotFoundError)):
        await books.send_write(replace(write, id="v-3"))


async def test_a_name_that_somebody_has_is_theirs_and_is_named(books, stand):
    with pytest.raises(RejectedError, match="customer 1"):
        await books.send_write(Write("c-1", "customers.create", values={"name": "harbor dental"}))
    with pytest.raises(RejectedError, match="a supplier"):
        await books.send_write(Write("c-2", "customers.create", values={"name": "Example Distributor"}))
    values = {"name": "O'Neil", "email": "o@example.com", "tax_number": "9", "number": "C-17", "currency": "USD"}
    write = Write("c-3", "customers.create", values=values)
    made = await books.send_write(write)
    assert stand.sandbox.records.known("Customer", made.ref)["Notes"] == "Our number: C-17\n\n[ref:c-3]"
    assert books.map_record("customers", made.record.raw).entity.tax_number is None  # it shows the end of it only
    stand.sandbox.shelf.put("answers", write.id, None)
    assert (await books.send_write(write)).ref == made.ref
    assert await books.find_write(write) == Found(made.ref)


@pytest.mark.parametrize(
    ("body", "grant"),
    [
        ({"Line": []}, "sales_invoices.create"),
        ({"Id": "1", "SyncToken": "0", "sparse": True, "Line": []}, "sales_invoices.create"),
        ({"Id": "1", "SyncToken": "0", "sparse": True}, "sales_invoices.void"),
    ],
    ids=["made", "rounded", "voided"],
)
async def test_each_grant_opens_what_it_names_and_no_more(stand, body, grant):
    for grants in ((), ("sales_invoices.void", "sales_invoices.create")):
        others = [one for one in grants if one != grant]
        async with stand.connector(grants=others) as books:
            with pytest.raises(WriteNotGrantedError, match=grant):
                await books._api.write("Invoice", body, request_id="r")
    assert stand.sandbox.books.done == 0
