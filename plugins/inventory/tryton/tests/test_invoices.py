"""The books: what is read of them, and what is written into them, over real HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.errors import MappingError, OutcomeUnknownError, RejectedError, TransientError, UnsupportedError
from servicedesk_core.hooks import Found, ProvenAbsent, PullMode, PullRequest, Write

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
INVOICE, NOTE = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE
PERIOD = {"kind": "status", "status": 200, "body": {"error": ["UserError", ["A period is closed.", "", None]]}}


async def read(tryton, stream, mode=PullMode.BACKFILL, **more):
    pages = [page async for page in tryton.pull(PullRequest(stream, mode, **more))]
    return {r.external_id: tryton.map_record(stream, r.raw) for page in pages for r in page.records}


@pytest.fixture
def send(tryton, documents):
    async def sent(number, *lines, **more):
        return await tryton.send_write(documents.write_of(documents.document(number, *lines, **more)))

    return sent


def void(ref, kind="sales_invoices", **more):
    return Write("v-1", f"{kind}.void", target=str(ref), values={"status": "void"}, attempted_at=NOW, **more)


def client(id="c-1", **values):  # noqa: A002
    return Write(id, "customers.create", values={"name": "New Client", **values}, attempted_at=NOW)


def standing(stand):
    return [
        row for row in stand.sandbox.records.all("account.invoice") if row["id"] > 2 and row["state"] != "cancelled"
    ]


async def test_what_the_books_are_kept_by(tryton, stand):
    records = stand.sandbox.records
    group = records.add("account.tax.group", name="Purchases", kind="purchase")["id"]
    kept = {"update_unit_price": 0, "active": 1, "parent": None, "type": "percentage"}
    records.add("account.tax", name="Of bills", rate=_amount("0.19"), **{**kept, "group": group, "active": 0})
    both = records.add("account.tax", name="Both", rate=None, **{**kept, "type": "none", "group": None})["id"]
    for rate in ("0.05", "0.0975"):
        records.add("account.tax", name=rate, rate=_amount(rate), **{**kept, "parent": both, "group": None})
    records.write("account.account", 100, closed=1)
    customers = await read(tryton, "customers")
    entity = customers["3"].entity
    assert (entity.name, entity.number, entity.email, entity.is_active) == (
        "Example Client", "C-100", "billing@example.com", True,
    )  # fmt: skip
    assert not customers["4"].entity.is_active
    taxes = [
        (one.entity.name, one.entity.rate, one.entity.is_for_sales)
        for one in (await read(tryton, "tax_codes")).values()
    ]
    assert taxes == [("Tax 0.10", 10, True), ("Of bills", 19, False), ("Both", Decimal("14.75"), True)]
    accounts = await read(tryton, "ledger_accounts")
    told = [
        (accounts[ref].entity.code, accounts[ref].entity.is_for_sales, accounts[ref].entity.is_active)
        for ref in ("39", "99", "100")
    ]
    assert told == [("1.2.1", False, True), ("4.1.1", True, True), ("4.1.2", True, False)]
    items = await read(tryton, "sales_items")
    hour = items["6"].entity
    assert (hour.code, hour.kind, hour.income_account_ref, hour.tax_code_ref) == ("HOUR", "service", "99", "1")
    assert not items["5"].entity.is_active
    (bill,) = (await read(tryton, "bills")).values()
    assert (bill.entity.supplier, bill.entity.reference, bill.entity.total) == ("Example Wholesale", "W-77", 33)


async def test_what_is_paid_and_what_is_credited_are_told_apart(tryton, stand, documents):
    """Payments and credit notes are lines of the same kind: where their moves come from tells."""
    note = documents.document("SD-2", ("1", "20"), kind="credit_notes", credits="1")
    await tryton.send_write(documents.write_of(note))
    invoice = (await read(tryton, "sales_invoices"))["1"].entity
    assert (invoice.paid, invoice.credited, invoice.balance, invoice.status) == (60, 22, 28, DocumentStatus.OPEN)
    (credit,) = (await read(tryton, "credit_notes")).values()
    assert (credit.entity.total, credit.entity.remaining, credit.entity.status) == (22, 0, DocumentStatus.PAID)
    assert (await tryton.read_document(NOTE, credit.entity.external_id)).net == 20
    stand.sandbox.invoicing.pay(1, Decimal(28))
    invoice = (await read(tryton, "sales_invoices"))["1"].entity
    assert (invoice.status, invoice.balance, invoice.paid_on) == (DocumentStatus.PAID, 0, NOW.date())
    payments = (await read(tryton, "payments")).values()
    told = [
        (one.entity.amount, one.entity.unapplied, one.entity.method, one.also[0].sales_invoice_ref) for one in payments
    ]
    assert told == [(60, 0, "Cash", "1"), (28, 0, "Cash", "1")]


async def test_a_note_that_settles_the_rest_makes_its_invoice_paid_before_anybody_reconciles_it(tryton, documents):
    note = documents.document("SD-2", ("1", "45.45"), kind="credit_notes", credits="1")
    assert note.total == 50
    await tryton.send_write(documents.write_of(note))
    invoice = (await read(tryton, "sales_invoices"))["1"].entity
    assert (invoice.status, invoice.status_text, invoice.balance) == (DocumentStatus.PAID, "posted", 0)


async def test_a_note_over_more_than_is_left_stands_and_settles_nothing(tryton, documents):
    for number, credits_, said in (("SD-2", "1", "only 50 is left"), ("SD-3", "99", "no such invoice")):
        note = documents.document(number, ("1", "60"), kind="credit_notes", credits=credits_)
        receipt = await tryton.send_write(documents.write_of(note, number))
        assert said in receipt.refused["credits"]
        assert (await tryton.read_document(NOTE, receipt.ref)).status is DocumentStatus.OPEN


async def test_another_currency_is_taken_at_the_rate_of_the_server(tryton, stand, documents):
    asked = documents.document("SD-1", ("3", "33.33"), currency="EUR", exchange_rate="1.25")
    ref = (await tryton.send_write(documents.write_of(asked))).ref
    stand.sandbox.invoicing.pay(int(ref), Decimal(9))
    shown = await tryton.read_document(INVOICE, ref)
    assert (shown.total, shown.balance, shown.currency, shown.exchange_rate) == (
        asked.total, asked.total - 9, "EUR", Decimal("1.25"),
    )  # fmt: skip
    payment = list((await read(tryton, "payments")).values())[-1].entity
    assert (payment.amount, payment.currency) == (9, "EUR")


async def test_only_what_changed_comes_again_and_a_payment_changes_its_invoice(tryton, stand, documents):
    stand.sandbox.advance(1)
    later = NOW + timedelta(hours=1)
    assert await read(tryton, "sales_invoices", PullMode.INCREMENTAL, since=later) == {}
    stand.sandbox.invoicing.pay(1, Decimal(5))
    assert list(await read(tryton, "sales_invoices", PullMode.INCREMENTAL, since=later)) == ["1"]
    assert list(await read(tryton, "payments", PullMode.INCREMENTAL, since=later))[-1:] != []
    note = stand.posted((-1.0, "1"))
    stand.sandbox.advance(1)
    latest = later + timedelta(hours=1)
    assert await read(tryton, "credit_notes", PullMode.INCREMENTAL, since=latest) == {}
    line = stand.sandbox.records.one("account.move.line", owes=note)["id"]
    stand.sandbox.invoicing.write(stand.invoice(1), {"payment_lines": [["add", [line]]]})
    assert list(await read(tryton, "credit_notes", PullMode.INCREMENTAL, since=latest)) == [str(note)]
    stand.sandbox.records.add("party.contact_mechanism", party=2, type="email", value="x@example.com")
    assert list(await read(tryton, "customers", PullMode.INCREMENTAL, since=later)) == ["2"]


async def test_a_draft_is_filled_in_as_the_form_would_and_marked_where_nobody_prints(tryton, stand, documents):
    asked = documents.document("SD-1", ("2", "50"), ("1", "80", {"item": "6", "account": None, "tax_code": None}),
                               draft=True, reference="PO 7", memo="Thank you", due_on=None)  # fmt: skip
    receipt = await tryton.send_write(documents.write_of(asked))
    row = stand.invoice(receipt.ref)
    assert (row["state"], row["number"], row["reference"], row["description"], row["comment"]) == (
        "draft", None, "SD-1", "PO 7", "Thank you",
    )  # fmt: skip
    assert (row["account"], row["journal"], row["invoice_address"]) == (39, 1, 3)
    lines = stand.sandbox.records.all("account.invoice.line", invoice=row["id"])
    assert [(line["account"], line["unit"], line["taxes"], line["note"]) for line in lines] == [
        (100, None, [1], "[ref:b-1]"), (99, 3, [1], None),
    ]  # fmt: skip
    assert await tryton.find_write(documents.write_of(asked)) == Found(receipt.ref)
    assert tryton.map_record("sales_invoices", receipt.record.raw).entity.status is DocumentStatus.DRAFT


async def test_half_a_cent_that_the_server_rounds_down_gets_a_line_of_its_own(tryton, stand, documents):
    asked = documents.document("SD-1", ("2.5", "33.33"), ("1", "0.005"), ("1", "10.015"))
    assert [line.amount for line in asked.lines] == [Decimal("83.33"), Decimal("0.01"), Decimal("10.02")]
    ref = (await tryton.send_write(documents.write_of(asked))).ref
    shown = await tryton.read_document(INVOICE, ref)
    assert [line.amount for line in shown.lines] == [line.amount for line in asked.lines]
    assert (shown.net, shown.total) == (asked.net, asked.total)
    kept = stand.sandbox.records.all("account.invoice.line", invoice=int(ref))
    assert [line["note"] for line in kept] == ["[ref:b-1]", "half a cent", None, "half a cent", None]


async def test_a_tax_that_is_rounded_to_the_even_cent_gets_a_rounding_line(tryton, documents):
    asked = documents.document("SD-1", ("1", "100.05"))
    assert asked.total == Decimal("110.06")  # the server makes 110.05 of it
    shown = await tryton.read_document(INVOICE, (await tryton.send_write(documents.write_of(asked))).ref)
    assert (shown.total, [line.amount for line in shown.lines]) == (asked.total, [Decimal("100.05"), Decimal("0.01")])
    note = documents.document("SD-2", ("1", "100.05"), kind="credit_notes")
    shown = await tryton.read_document(NOTE, (await tryton.send_write(documents.write_of(note, "b-2"))).ref)
    assert (shown.total, shown.lines[-1].amount) == (note.total, Decimal("0.01"))


@pytest.mark.parametrize(
    ("lines", "more", "said"),
    [
        ([("1", "10")], {"customer": "x"}, "no id of Tryton"),
        ([("1", "10")], {"customer": "4"}, "archived"),
        ([("1", "10")], {"currency": "CHF"}, "no currency CHF"),
        ([("1", "10")], {"currency": "GBP"}, "no rate of the currency GBP"),
        ([("1", "10")], {"currency": "EUR", "exchange_rate": "1.3"}, "its own rate of that day, 1.25, and not 1.3"),
        ([("1", "10.12345")], {}, "more than 4 decimal places"),
        ([("1.5", "10", {"item": "1", "account": None})], {}, "counted with 0 decimal places"),
        ([("1", "10", {"item": "5", "account": None})], {}, "has archived"),
        ([("1", "10", {"account": None})], {}, "needs an item or an account"),
        ([("1", "10", {"account": "71"})], {}, "Tryton refused it"),
        ([("1", "10")], {"tax_mode": "inclusive", "net": "9.09", "tax": "0.91", "total": "10"}, "without tax"),
    ],
    ids=[
        "id", "archived", "currency", "no-rate", "rate", "price", "half", "item", "nothing", "account", "inclusive",
    ],
)  # fmt: skip
async def test_what_cannot_be_invoiced_is_refused_and_nothing_stands(send, stand, lines, more, said):
    with pytest.raises(RejectedError, match=said):
        await send("SD-1", *lines, **more)
    assert standing(stand) == []


async def test_an_invoice_of_our_number_that_is_not_ours_is_left_alone(send, stand, tryton, documents):
    """Nobody but us gives its reference twice."""
    ref = stand.posted((1.0, "1"), reference="SD-1")
    before = dict(stand.invoice(ref))
    with pytest.raises(RejectedError, match="another invoice with the reference SD-1"):
        await send("SD-1", ("1", "10"))
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    wanted = documents.write_of(documents.document("SD-1", ("1", "10")))
    assert isinstance(await tryton.find_write(wanted), ProvenAbsent)
    assert (stand.invoice(ref), len(standing(stand))) == (before, 1)


async def test_a_client_without_an_address_is_refused(tryton, stand, documents):
    stand.sandbox.records.drop("party.address", 3)
    with pytest.raises(RejectedError, match="no address"):
        await tryton.send_write(documents.write_of(documents.document("SD-1", ("1", "10"))))


@pytest.mark.parametrize(
    ("closed", "more", "said"),
    [
        (date(2026, 11, 30), {}, "reopen the period"),
        (None, {"on": date(2024, 3, 1)}, "create a period"),
        (None, {"on": date(2026, 11, 19)}, "must set an invoice date after"),
        (None, {"on": date(2026, 11, 21)}, "invoice_date_future"),
        (None, {"due_on": date(2026, 11, 1)}, "invoice_payment_term"),
    ],
    ids=["closed", "no-year", "earlier", "future", "due"],
)
async def test_what_is_refused_when_it_is_posted_leaves_nothing_standing(send, stand, closed, more, said):
    stand.sandbox.invoicing.closed_until = closed
    with pytest.raises(RejectedError) as refused:
        await send("SD-1", ("1", "10"), **more)
    assert said in f"{refused.value} {refused.value.hint}"
    assert (len(stand.sandbox.records.all("account.invoice")), stand.sandbox.invoicing.done) == (2, 0)


async def test_taxes_that_are_not_those_of_the_item_are_asked_about(stand, documents):
    asked = documents.document("SD-1", ("1", "10", {"item": "6", "account": None}), tax_mode="none", rate="0")
    async with stand.connector() as tryton:
        with pytest.raises(RejectedError, match="asks before"):
            await tryton.send_write(documents.write_of(asked))
    async with stand.connector(answered_warnings=("invoice_taxes",)) as tryton:
        ref = (await tryton.send_write(documents.write_of(asked))).ref
        assert (await tryton.read_document(INVOICE, ref)).tax == 0


@pytest.mark.parametrize("act", ["create", "write", "post"])
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
async def test_wherever_an_invoice_breaks_off_it_is_written_once(tryton, stand, documents, act, fault):
    wanted = documents.write_of(documents.document("SD-1", ("1", "100.05")))  # it needs a rounding line
    stand.sandbox.faults([{"kind": fault, "path": rf"account\.invoice\.{act}$"}])
    with pytest.raises((OutcomeUnknownError, TransientError)):
        await tryton.send_write(wanted)
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    found = await tryton.find_write(wanted)
    if act == "post" and fault == "drop_after":
        assert isinstance(found, Found)
    else:
        assert isinstance(found, ProvenAbsent)
        assert found.begun == "".join(str(row["id"]) for row in standing(stand))
        await tryton.send_write(wanted)
    (row,) = standing(stand)
    assert (row["state"], row["number"], stand.sandbox.invoicing.done) == ("posted", "3", 1)
    assert (await tryton.read_document(INVOICE, str(row["id"]))).total == Decimal("110.06")


async def test_a_note_whose_settling_broke_off_is_settled(tryton, stand, documents):
    note = documents.write_of(documents.document("SD-2", ("1", "20"), kind="credit_notes", credits="1"))
    stand.sandbox.faults([{"kind": "drop_before", "path": r"account\.invoice\.write$"}])
    with pytest.raises((OutcomeUnknownError, TransientError)):
        await tryton.send_write(note)
    tryton.ctx.clock.instant = NOW + timedelta(hours=1)
    assert isinstance(await tryton.find_write(note), ProvenAbsent)
    receipt = await tryton.send_write(note)
    assert (await tryton.find_write(note), stand.sandbox.invoicing.done) == (Found(receipt.ref), 1)
    assert (await tryton.read_document(INVOICE, "1")).balance == 28


async def test_a_draft_that_somebody_changes_before_it_is_posted_is_taken_back(tryton, stand, documents):
    """A call on what changed since it was read is refused by the server, and what changed is looked at again."""
    real = stand.sandbox.answer

    def answer(request):
        if request.json().get("method", "").endswith("invoice.post"):
            del stand.sandbox.answer
            stand.sandbox.records.write("account.invoice.line", 3, quantity=7.0)
            stand.sandbox.records.write("account.invoice", 3)
        return real(request)

    stand.sandbox.answer = answer
    with pytest.raises(RejectedError, match=r"Line 1 comes to 70, not 10\.00"):
        await tryton.send_write(documents.write_of(documents.document("SD-1", ("1", "10"))))
    assert standing(stand) == []


async def test_a_draft_that_is_not_right_and_cannot_be_cancelled_is_said_to_stand(tryton, stand, documents):
    stand.sandbox.faults([{**PERIOD, "path": r"account\.invoice\.cancel$"}])
    wanted = documents.document("SD-1", ("1", "100.05"), rounding_account=None)
    receipt = await tryton.send_write(documents.write_of(wanted))
    assert f"The invoice {receipt.ref} was made and is not done" in receipt.refused["lines"]
    assert "Nothing was left" not in receipt.refused["lines"]
    assert stand.invoice(receipt.ref)["state"] == "draft"


async def test_what_was_posted_and_cancelled_by_somebody_was_written(tryton, stand, documents):
    wanted = documents.write_of(documents.document("SD-1", ("1", "10")))
    ref = (await tryton.send_write(wanted)).ref
    stand.sandbox.records.write("company.company", 1, cancel_invoice_out=1)
    stand.sandbox.invoicing.act("cancel", stand.invoice(ref), lambda *_: None)
    assert await tryton.find_write(wanted) == Found(ref)
    entity = (await read(tryton, "sales_invoices"))[ref].entity
    assert (entity.status, entity.paid, entity.paid_on) == (DocumentStatus.VOID, None, None)


async def test_a_draft_is_made_void_and_what_is_in_the_books_only_where_the_company_allows_it(tryton, stand):
    draft, posted = stand.invoiced((1.0, "10")), stand.posted((1.0, "10"))
    assert (await tryton.send_write(void(draft))).ref == str(draft)
    assert await tryton.find_write(void(draft)) == Found(str(draft))
    with pytest.raises(RejectedError, match="no invoice that is in the books") as refused:
        await tryton.send_write(void(posted))
    assert "credit note" in str(refused.value.hint)
    with pytest.raises(RejectedError, match="is open by now"):
        await tryton.send_write(void(posted, base={"status": "draft"}))
    with pytest.raises(RejectedError, match="is not there"):
        await tryton.send_write(void(999))
    stand.sandbox.records.write("company.company", 1, cancel_invoice_out=1)
    stand.sandbox.asks["account.invoice.cancel"] = "sure"
    with pytest.raises(RejectedError, match="asks before"):
        await tryton.send_write(void(posted))
    async with stand.connector(answered_warnings=("sure",)) as other:
        await other.send_write(void(posted))
    assert stand.invoice(posted)["state"] == "cancelled"


async def test_a_client_is_made_once_with_our_key_among_its_identifiers(stand):
    async with stand.connector(tax_identifier="eu_vat") as tryton:
        wanted = client(email="it@example.com", tax_number="BE0897290877", number="C-7", currency="EUR")
        stand.sandbox.faults([{"kind": "drop_after", "path": r"party\.create$"}])
        with pytest.raises(OutcomeUnknownError):
            await tryton.send_write(wanted)
        receipt = await tryton.send_write(wanted)
        ref = receipt.ref
        assert "keeps no currency" in receipt.refused["currency"]
        assert await tryton.find_write(wanted) == Found(ref, refused=receipt.refused)
        made = (await read(tryton, "customers"))[ref].entity
        assert (made.name, made.number, made.email, made.tax_number) == (
            "New Client", "C-7", "it@example.com", "BE0897290877",
        )  # fmt: skip
        assert len(stand.sandbox.records.all("party.address", party=int(ref))) == 1
        for wrong, said in ((client("c-2", number="C-7"), "must be unique"), (client("c-3", tax_number="BE1"), "VAT")):
            with pytest.raises(RejectedError, match=said):
                await tryton.send_write(wrong)
    async with stand.connector() as tryton:
        with pytest.raises(RejectedError, match="of which type tax numbers are"):
            await tryton.send_write(client("c-4", tax_number="BE0897290877"))


async def test_a_server_without_the_module_has_no_books(stand_with, documents):
    with stand_with(bare=True) as bare:
        async with bare.connector() as tryton:
            assert await read(tryton, "sales_invoices") == {}
            assert await tryton.count(PullRequest("customers", PullMode.BACKFILL)) == 0
            with pytest.raises(UnsupportedError, match="no module account_invoice"):
                await tryton.send_write(documents.write_of(documents.document("SD-1", ("1", "10"))))


@pytest.mark.parametrize(
    ("stream", "raw"),
    [
        ("sales_invoices", {"id": 1, "state": "pondered"}), ("customers", {"id": 1}), ("tax_codes", {"name": "x"}),
        ("payments", {"id": 1}),
    ],
)  # fmt: skip
def test_what_nobody_knows_goes_into_quarantine(tryton, stream, raw):
    with pytest.raises(MappingError):
        tryton.map_record(stream, raw)


def _amount(text):
    return {"__class__": "Decimal", "decimal": text}
