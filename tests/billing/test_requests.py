"""What a ledger is asked for, of what a client owes: to the cent, or everything that is missing at once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import (
    Customer,
    DocumentKind,
    DocumentRequest,
    LedgerAccount,
    SalesItem,
    TaxCode,
    TaxRounding,
)
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source, Subject
from servicedesk_core.features.billing.mapping.links import Books, Key, Link, Linkable, Target
from servicedesk_core.features.billing.mapping.rules import Asked, NotReady, Terms, request
from servicedesk_core.hooks import BillingCapability

AT = datetime(2026, 11, 1, tzinfo=UTC)
ASKED = Asked("SD-1", date(2026, 11, 1))
TERMS = Terms(days=30, tolerance=Decimal("0.05"), own_currency="EUR")
XERO_LIKE = BillingCapability(TaxRounding.LINE, has_drafts=True, unit_price_decimals=4)
BY_DOCUMENT = BillingCapability(TaxRounding.DOCUMENT)
ENGINEER = Subject(stream="roles", ref="r1", name="Engineer")

RECORDS = (
    Customer(external_id="C1", name="Acme Ltd", currency="EUR"),
    Customer(external_id="C2", name="Acme old", is_active=False),
    SalesItem(external_id="I1", name="Labour"),
    SalesItem(external_id="I2", name="Rounding"),
    SalesItem(external_id="I3", name="Retired", is_active=False),
    TaxCode(external_id="V15", name="VAT 15 %", rate=Decimal(15)),
    TaxCode(external_id="V0", name="Exempt", rate=Decimal(0)),
    TaxCode(external_id="AST", name="Automated"),
    LedgerAccount(external_id="A1", name="Sales", tax_code_ref="V15"),
)


def key(sort, ref, to, connection="psa"):
    return Key("" if sort is Linkable.DEFAULT else connection, sort.stream, ref, to.entity.stream)


CLIENT = key(Linkable.COMPANY, "c1", Target.CUSTOMER)
ROLE = key(Linkable.ROLE, "r1", Target.ITEM)
LABOUR_TAX = key(Linkable.DEFAULT, "labour", Target.TAX_CODE)
ROUNDING = key(Linkable.DEFAULT, "rounding", Target.ITEM)
LINKS = {CLIENT: "C1", ROLE: "I1", LABOUR_TAX: "V15"}


def books(links=None, gone=(), records=RECORDS):
    found = {which: Link(ref, f"name of {ref}", AT, "user:ana") for which, ref in (links or LINKS).items()}
    return Books("books", found, {(one.stream, one.external_id): one for one in records}, frozenset(gone))


def line(price="100", quantity="1", amount=None, *, sells=Sold.LABOUR, subjects=(ENGINEER,), day=None, **more):
    price, quantity = Decimal(price), Decimal(quantity)
    source = Source(connection="psa", stream="time_entries", ref="e1")
    total = price * quantity if amount is None else Decimal(amount)
    values = {"sells": sells, "description": "Work", "subjects": subjects, "sources": (source,), "served_on": day}
    return DraftLine(quantity=quantity, unit_price=price, amount=total, **values | more)


def draft(*lines, **more):
    values = {"connection": "psa", "company_ref": "c1", "company": "Acme", "currency": "EUR"}
    days = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    return Draft(lines=lines or (line(),), **days | values | more)


def made(of, links=None, capability=XERO_LIKE, terms=TERMS, asked=ASKED, **more):
    return request(of, books(links, **more), capability, terms, asked)


def problems(*args, **kwargs):
    found = made(*args, **kwargs)
    assert isinstance(found, NotReady), found
    return [f"{one.what} {one.do}" for one in found.problems]


@pytest.mark.parametrize(
    ("capability", "taxes", "tax"),
    [
        (XERO_LIKE, ["3.76", "3.84", "3.84"], "11.44"),
        (BY_DOCUMENT, [None, None, None], "11.45"),
        (BillingCapability(TaxRounding.UNKNOWN), [None, None, None], None),
    ],
)
def test_tax_is_what_the_ledger_will_come_to(capability, taxes, tax):
    found = made(draft(line("25.06"), line("25.61"), line("25.63")), capability=capability)
    assert isinstance(found, DocumentRequest)
    assert [one.tax and str(one.tax) for one in found.lines] == taxes
    assert (found.net, found.tax) == (Decimal("76.30"), None if tax is None else Decimal(tax))
    assert found.total == (None if tax is None else Decimal("76.30") + Decimal(tax))
    assert (found.customer, found.lines[0].item, found.lines[0].tax_code) == ("C1", "I1", "V15")
    assert (found.issue_on, found.due_on, found.tolerance) == (date(2026, 11, 1), date(2026, 12, 1), 0)


def test_everything_that_is_missing_is_told_at_once_and_once_each():
    services = tuple(Subject(stream=one, ref="s1", name="Care") for one in ("contract_services", "services"))
    fixed = line(sells=Sold.FIXED, subjects=(Subject(stream="contracts", ref="k1", name="Build"),))
    told = problems(
        draft(line(), line(), line(sells=Sold.SERVICE, subjects=services), fixed, currency="USD"),
        {LABOUR_TAX: "V15"},
        asked=Asked("A number of twenty-two", date(2026, 11, 1)),
    )
    assert told == [
        'Nobody said which customer of books the company "Acme" is. `servicedesk billing link company "Acme" NAME`.',
        'Nobody said what USD is worth in EUR in 2026-11. Write months = { "2026-11" = … } of [exchange_rates.USD].',
        "The number A number of twenty-two has more than 21 characters. Send a shorter one.",
        (
            'Nobody said which item of books the role "Engineer" is. '
            '`servicedesk billing link role "Engineer" NAME`, or what its sort is by default.'
        ),
        (
            'Nobody said which item of books the service "Care" is. '
            '`servicedesk billing link service "Care" NAME`, or what its sort is by default.'
        ),
        (
            'Nobody said which tax code of books the default "service" is. '
            '`servicedesk billing link default "service" NAME --to tax-code`.'
        ),
        'Nobody said which item of books the default "fixed" is. `servicedesk billing link default "fixed" NAME`.',
        (
            'Nobody said which tax code of books the default "fixed" is. '
            '`servicedesk billing link default "fixed" NAME --to tax-code`.'
        ),
    ]


@pytest.mark.parametrize(
    ("changed", "gone", "told"),
    [
        ({CLIENT: "C2"}, (), "Company Acme is customer name of C2 of books, which is inactive there"),
        ({}, (("customers", "C1"),), "Company Acme is customer name of C1 of books, which is not there any more"),
        ({CLIENT: "C9"}, (), "Company Acme is customer name of C9 of books, which is not there any more"),
        ({ROLE: "I3"}, (), "Role Engineer is item name of I3 of books, which is inactive there"),
        ({ROUNDING: "I3"}, (), "Default rounding is item name of I3 of books, which is inactive there"),
        ({LABOUR_TAX: "V9"}, (), "Default labour is tax code name of V9 of books, which is not there any more"),
    ],
)
def test_what_is_gone_inactive_or_merged_away_is_refused_with_what_to_do(changed, gone, told):
    [found] = problems(draft(), LINKS | changed, gone=gone)
    assert found.startswith(told)
    assert "Bring it back there, or `servicedesk billing link" in found


def test_a_client_is_taxed_as_somebody_linked_it_whatever_is_sold():
    exempt = key(Linkable.COMPANY, "c1", Target.TAX_CODE)
    found = made(draft(), LINKS | {exempt: "V0"})
    assert (found.lines[0].tax_code, found.tax) == ("V0", 0)
    assert made(draft(), LINKS | {LABOUR_TAX: "AST"}).tax is None, "the rate is the ledger's to say"


def test_of_several_subjects_the_most_exact_that_is_linked_decides_and_a_default_takes_the_rest():
    product = Subject(stream="products", ref="p1", name="Dock")
    assert made(draft(line(subjects=(product, ENGINEER)))).lines[0].item == "I1"
    default, account = key(Linkable.DEFAULT, "labour", Target.ITEM), key(Linkable.DEFAULT, "labour", Target.ACCOUNT)
    links = {CLIENT: "C1", default: "I2", account: "A1"}
    assert made(draft(line(subjects=(product,))), links).lines[0].item == "I2"
    del links[default]
    [only] = made(draft(line(subjects=())), links).lines
    assert (only.item, only.account, only.tax_code) == (None, "A1", "V15"), "an account says how it is taxed"


@pytest.mark.parametrize(
    ("given", "capability", "shown"),
    [
        (line("33.3333", "3", "100.00"), XERO_LIKE, ("3", "33.3333", "100.00", "Work")),
        (line("33.3333", "3", "100.00"), BY_DOCUMENT, ("1", "100.00", "100.00", "Work (3 x 33.3333 EUR)")),
        (line("90", "0.33333", "30.00"), XERO_LIKE, ("1", "30.00", "30.00", "Work (0.33333 x 90 EUR)")),
        (line("33.33", "3", "100.00"), XERO_LIKE, ("1", "100.00", "100.00", "Work (3 x 33.33 EUR)")),
        (line("-20", "2"), XERO_LIKE, ("-2", "20", "-40", "Work")),
        (line("-33.3333", "3", "-100.00"), BY_DOCUMENT, ("-1", "100.00", "-100.00", "Work (-3 x 33.3333 EUR)")),
        (line("0.005", "1", "0.01"), XERO_LIKE, ("1", "0.005", "0.01", "Work")),
        (line("0", "3"), XERO_LIKE, ("3", "0", "0", "Work")),
    ],
)
def test_quantity_and_price_are_as_the_ledger_takes_them_and_the_amount_stays(given, capability, shown):
    [_, found] = made(draft(line("500"), given), capability=capability).lines
    assert (str(found.quantity), str(found.unit_price), str(found.amount), found.description) == shown


def test_a_text_is_cut_where_a_ledger_cuts_it():
    [only] = made(draft(line(description="x" * 5_000))).lines
    assert (len(only.description), only.description[-1]) == (4_000, "…")


def test_more_lines_than_the_ledger_takes_become_one_of_each_item_and_come_to_the_same():
    many = [line("0.01", day=date(2026, 10, 1 + one % 31)) for one in range(5_000)]
    given = draft(*many, line("7", sells=Sold.PART))
    links = LINKS | {key(Linkable.DEFAULT, "part", Target.TAX_CODE): "V15"}
    found = made(given, links)
    assert [(str(one.amount), one.description) for one in found.lines] == [
        ("50.00", "Labour: 5000 lines, 2026-10-01 to 2026-10-31"),
        ("7", "Work"),
    ]
    assert found.net == Decimal(57)
    [told] = problems(given, links, BillingCapability(TaxRounding.LINE, max_lines=1))
    assert told.startswith("It has 2 lines of different items, and books takes 1. Bill a shorter period")


@pytest.mark.parametrize(
    ("said", "links", "told"),
    [
        ("15.00", {}, None),
        ("15.03", {ROUNDING: "I2"}, None),
        ("15.03", {}, "Its tax is 15.03, and books will come to 15.00."),
        ("15.06", {ROUNDING: "I2"}, "Its tax is 15.06, and books will come to 15.00."),
        ("20.00", {ROUNDING: "I2"}, "Its tax is 20.00, and books will come to 15.00."),
    ],
)
def test_the_tax_of_an_invoice_of_the_psa_is_matched_or_it_is_refused(said, links, told):
    given = draft(tax=Decimal(said), number="P-1", issued_on=date(2026, 10, 31), due_on=date(2026, 11, 14))
    found = made(given, LINKS | links)
    if told is None:
        assert (found.tax, found.total, found.due_on) == (Decimal(said), 100 + Decimal(said), date(2026, 11, 14))
        assert (found.rounding_item, found.tolerance) == (("I2", Decimal("0.05")) if links else (None, 0))
    else:
        assert isinstance(found, NotReady)
        assert [one.what for one in found.problems] == [told]


def test_tax_that_only_the_ledger_can_say_is_held_against_what_the_psa_said():
    found = made(draft(tax=Decimal("8.25")), capability=BillingCapability(TaxRounding.UNKNOWN))
    assert (found.tax, found.total) == (Decimal("8.25"), Decimal("108.25"))


def test_a_currency_is_the_customers_and_has_a_rate():
    in_dollars = (Customer(external_id="C1", name="Acme Ltd", currency="USD"), *RECORDS[1:])
    with_rate = Terms(30, Decimal(0), "EUR", Decimal("0.92"))
    found = made(draft(currency="USD"), records=in_dollars, terms=with_rate)
    assert (found.currency, found.exchange_rate) == ("USD", Decimal("0.92"))
    [told] = problems(draft(currency="USD"), terms=with_rate)
    assert told == "Acme Ltd is invoiced in EUR by books, and this is in USD. Link Acme to a customer in USD."
    assert made(draft(), records=in_dollars[1:] + RECORDS[:1]).exchange_rate is None


def test_credits_are_positive_due_never_and_less_than_nothing_is_refused():
    given = draft(kind=DocumentKind.CREDIT_NOTE)
    found = made(given, asked=Asked("CN-1", date(2026, 11, 1), as_draft=True, credits="77"))
    assert (found.due_on, found.credits, found.draft, found.total) == (None, "77", True, Decimal(115))
    assert not made(given, capability=BY_DOCUMENT, asked=Asked("CN-1", date(2026, 11, 1), as_draft=True)).draft
    [told] = problems(draft(line("-5")))
    assert told.startswith("It comes to less than nothing.")
