"""What would be billed beside what the PSA has posted, and what it has invoiced."""

from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core.domain import Invoice
from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.preview.comparing import Verdict
from servicedesk_core.features.billing.preview.pieces import Why
from servicedesk_core.features.billing.preview.tables.invoices import psa_invoices
from tests.billing.conftest import NOW, entry, line

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def done(ref, hours=1, **more):
    """Return an approved time entry by the hour, of October."""
    values = {"contract_ref": "k2", "approved_at": NOW, "day": date(2026, 10, 5)}
    return entry(ref, "2", hours, **values | more)


def theirs(ref, price, hours=1, rate="89.50", **more):
    """Return the line that the PSA posted for a time entry."""
    values = {"company_ref": "c2", "time_entry_ref": ref, "quantity": Decimal(str(hours)), "rate": Decimal(rate)}
    return line(f"l-{ref}", price, **values | more)


@pytest.fixture
def compared(desk):
    """Return a coroutine function that compares October, and returns verdict, amounts and reason of a record."""

    async def work(ref):
        found = await desk.billing.compare(period="2026-10", everything=True)
        rows = [(one.verdict, one.ours, one.theirs, one.reason) for one in found if one.ref == ref]
        assert len(rows) <= 1
        return rows[0] if rows else None

    return work


@pytest.mark.parametrize(
    ("records", "verdict", "reason"),
    [
        ((done("x"), theirs("x", "89.50")), Verdict.SAME, None),
        ((done("x"), theirs("x", "80.00", rate="80.00")), Verdict.OTHER, "Other rate: 80 there, 89.50 here."),
        ((done("x", 2), theirs("x", "89.50")), Verdict.OTHER, "Other quantity: 1 there, 2 here."),
        ((done("x"), theirs("x", "0")), Verdict.OTHER, "covered by a contract, or free"),
        ((done("x"), theirs("x", "89.50", currency="CAD")), Verdict.OTHER, "Other currency: CAD there, USD here."),
        ((done("x"), theirs("x", "85.00")), Verdict.OTHER, "Other amount at the same rate."),
        ((done("x"), line("other", "5")), Verdict.OURS, "posted no line"),
        ((done("x", approved_at=None), theirs("x", "89.50")), Verdict.SAME, None),
        ((done("x", is_billable=False), theirs("x", "89.50")), Verdict.THEIRS, "Not billable"),
        ((done("x", contract_ref="lost"), theirs("x", "89.50")), Verdict.THEIRS, "Unclear contract"),
        ((done("x", contract_ref="k1"), theirs("x", "89.50")), Verdict.OTHER, "Covered: Its contract pays for it."),
        ((done("x", contract_ref="k1"), theirs("x", "0")), Verdict.SAME, None),
        ((done("y"), theirs("x", "89.50")), Verdict.THEIRS, "Nothing of these days makes it here."),
    ],
)  # fmt: skip
async def test_each_record_is_held_against_what_the_psa_posted_with_why_it_differs(
    put, compared, records, verdict, reason
):
    await put(*records)
    found = await compared("x")
    assert found[0] is verdict
    assert (found[3] or "") == "" if reason is None else reason in found[3]


async def test_a_cent_that_falls_otherwise_is_rounding(put, compared):
    """Three entries of ten minutes: 14.916… each, 14.92 there; here 44.75 together, shared out to the cent."""
    for ref in ("x", "y", "z"):
        await put(done(ref, Decimal(1) / 6), theirs(ref, "14.92", "0.1667"))
    found = [await compared(ref) for ref in ("x", "y", "z")]
    assert [str(one[1]) for one in found] == ["14.92", "14.92", "14.91"]
    assert [one[0] for one in found] == [Verdict.SAME, Verdict.SAME, Verdict.OTHER]
    assert found[2][3].startswith("Rounding")


async def test_the_sums_are_those_of_everything_and_the_list_is_what_differs(desk):
    found = await desk.billing.compare(period="2026-10")
    assert [(one.ref, str(one.theirs), one.verdict.value) for one in found] == [
        ("e7", "0.00", "only theirs"),
        ("gone", "150.00", "only theirs"),
        ("l8", "7.00", "only theirs"),
    ]
    assert [(one.verdict.value, one.pieces, str(one.ours), str(one.theirs), one.currency) for one in found.sums] == [
        ("only theirs", 1, "0.00", "7.00", "CAD"),
        ("only theirs", 2, "0.00", "150.00", "USD"),
        ("same", 2, "310.00", "310.00", "USD"),
    ]
    assert [one.ref for one in await desk.billing.compare(period="2026-10", company="Bolt")] == ["l8"]


def invoice(ref, **more):
    """Return an invoice of the second client."""
    values = {"number": f"N-{ref}", "company_ref": "c2", "invoiced_on": date(2026, 10, 31), "currency": "USD"}
    return Invoice(external_id=ref, **values | more)


def of(ref, number, price, **more):
    """Return a line of an invoice."""
    return line(f"{ref}-{number}", price, company_ref="c2", invoice_ref=ref, name=f"Line {number}", **more)


@pytest.fixture
def invoiced(desk):
    """Return a coroutine function that returns what the PSA invoiced in October to the second client."""

    async def work(**more):
        return await desk.store.read(lambda tx: psa_invoices(tx, desk, *OCTOBER, "Bolt", **more))

    return work


async def test_an_invoice_of_the_psa_is_carried_as_it_stands(put, invoiced):
    await put(
        invoice(
            "i9", due_on=date(2026, 11, 30), tax=Decimal("19.00"), total=Decimal("119.00"), purchase_order_number="PO7"
        ),
        of("i9", 1, "90.00", quantity=Decimal(3), time_entry_ref="e4"),
        of("i9", 2, "10.00", quantity=Decimal(3)),
        of("i9", 3, "77", is_billable=False),
    )
    found = await invoiced()
    assert not found.left
    [draft] = found.drafts
    assert (draft.number, draft.issued_on, draft.due_on, draft.reference, draft.currency, str(draft.tax)) == (
        "N-i9", date(2026, 10, 31), date(2026, 11, 30), "PO7", "USD", "19.00",
    )  # fmt: skip
    assert [(one.sells.value, f"{one.quantity:f}", f"{one.unit_price:f}", str(one.amount)) for one in draft.lines] == [
        ("labour", "3", "30.00", "90.00"),
        ("other", "3", "3.3333", "10.00"),
    ]
    assert [one.stream for one in draft.lines[0].sources] == ["invoices", "billing_items"]
    billed = {Source(connection="psa", stream="invoices", ref="i9")}
    assert [one.why for one in (await invoiced(billed=billed)).left] == [Why.BILLED]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((invoice("i9", tax=Decimal(19), total=Decimal("119.01")), of("i9", 1, "100")), Why.NOT_EQUAL),
        ((invoice("i9", total=Decimal(119)), of("i9", 1, "100")), Why.NOT_EQUAL),
        ((invoice("i9", total=Decimal(0)),), Why.NOT_EQUAL),
        ((invoice("i9"), of("i9", 1, "100", currency="CAD")), Why.NOT_EQUAL),
        ((invoice("i9", is_voided=True), of("i9", 1, "100")), Why.VOIDED),
    ],
)
async def test_an_invoice_that_cannot_be_carried_is_told_with_why(put, invoiced, rows, why):
    await put(*rows)
    found = await invoiced()
    assert not found.drafts
    assert [(one.source.ref, one.why) for one in found.left] == [("i9", why)]


async def test_an_invoice_that_was_voided_after_it_had_been_carried_is_taken_back_once(put, invoiced):
    await put(invoice("i9", is_voided=True), of("i9", 1, "100"))
    carried = Source(connection="psa", stream="invoices", ref="i9")
    [draft] = (await invoiced(billed={carried})).drafts
    assert (draft.kind, draft.number, draft.reference) == (DocumentKind.CREDIT_NOTE, None, "N-i9")
    assert (str(draft.net), {one.part for one in draft.lines[0].sources}) == ("100.00", {"void"})
    done = {carried, carried.model_copy(update={"part": "void"})}
    assert [one.why for one in (await invoiced(billed=done)).left] == [Why.VOIDED]


async def test_a_total_below_nothing_is_a_credit_note(put, invoiced):
    await put(invoice("i9", tax=Decimal(-19), total=Decimal(-119)), of("i9", 1, "-120"), of("i9", 2, "20"))
    [draft] = (await invoiced()).drafts
    assert (draft.kind, str(draft.net), str(draft.tax)) == (DocumentKind.CREDIT_NOTE, "100.00", "19.00")
    assert [str(one.amount) for one in draft.lines] == ["120.00", "-20.00"]


async def test_no_client_is_billed_from_two_places(desk, tmp_path, put, invoiced):
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "billing.toml").write_text('[billing]\nclient_biller = { "Bolt" = "servicedesk" }\n')
    await desk.definitions.apply(folder=folder, reason="said")
    await put(invoice("i9"), of("i9", 1, "100"))
    assert [one.why for one in (await invoiced()).left] == [Why.OTHER_BILLER]
