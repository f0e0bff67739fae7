"""Which work is billed and at what price, and how pieces become lines that add up."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.billing import DocumentKind, line_net
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.drafts import Sold, Source
from servicedesk_core.features.billing.preview.documents import documents, plain, told
from servicedesk_core.features.billing.preview.pieces import Payer, Piece, Why
from servicedesk_core.features.billing.preview.rules import OVER, Block, Priced, Rate, Work, overdrawn, priced
from servicedesk_core.features.profit import Terms

EVER = (date.min, date.max)
DAY = date(2026, 10, 5)
PAYER = Payer("psa", "c1", "Acme")
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def terms(kind, *excluded, days=EVER, known=True):
    return Terms("c1", kind, days, frozenset(excluded) if known else None, is_active=True)


def work(**more):
    values = {
        "is_billable": True, "is_approved": True, "billed_s": 3600, "day": DAY, "contract": "k", "role": "r",
        "code": "c", "terms": terms(ContractKind.TIME_AND_MATERIALS), "over_s": 0, "rate": Rate(Decimal(100), "USD"),
        "block_rate": Rate(Decimal(80), "USD"), "factor": Decimal(1),
    }  # fmt: skip
    return Work(**values | more)


@pytest.mark.parametrize(
    ("one", "hour", "billed_s"),
    [
        (work(), "100", 3600),
        (work(contract="", terms=None), "100", 3600),
        (work(factor=Decimal("1.5")), "150.0", 3600),
        (work(terms=terms(ContractKind.RECURRING, "role:r")), "100", 3600),
        (work(terms=terms(ContractKind.BLOCK_HOURS), over_s=3600), "80", 3600),
        (work(billed_s=0), "100", 0),
    ],
)
def test_work_is_billed_at_the_price_of_its_contract_or_role(one, hour, billed_s):
    assert priced(one) == Priced(billed_s, Rate(Decimal(hour), "USD"))


def test_what_a_block_holds_of_work_is_not_billed_and_the_rest_is_a_part():
    found = priced(work(terms=terms(ContractKind.BLOCK_HOURS), over_s=900))
    assert found == Priced(900, Rate(Decimal(80), "USD"), OVER)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (work(is_billable=False, is_approved=False), Why.NOT_BILLABLE),
        (work(is_approved=False), Why.UNAPPROVED),
        (work(billed_s=None), Why.NO_QUANTITY),
        (work(terms=None), Why.UNCLEAR_CONTRACT),
        (work(terms=terms(None)), Why.UNCLEAR_CONTRACT),
        (work(terms=terms(ContractKind.RECURRING, known=False)), Why.UNCLEAR_CONTRACT),
        (work(terms=terms(ContractKind.RECURRING, days=(date.min, date(2026, 10, 4)))), Why.UNCLEAR_CONTRACT),
        (work(terms=terms(ContractKind.BLOCK_HOURS), over_s=None), Why.UNCLEAR_CONTRACT),
        (work(terms=terms(ContractKind.BLOCK_HOURS), over_s=1, block_rate=None), Why.NO_RATE),
        (work(terms=terms(ContractKind.BLOCK_HOURS)), Why.COVERED),
        (work(terms=terms(ContractKind.RECURRING)), Why.COVERED),
        (work(terms=terms(ContractKind.RETAINER), role=""), Why.COVERED),
        (work(terms=terms(ContractKind.FIXED_PRICE)), Why.COVERED),
        (work(terms=terms(ContractKind.PER_TICKET)), Why.COVERED),
        (work(role=""), Why.NO_ROLE),
        (work(rate=None), Why.NO_RATE),
    ],
)
def test_work_that_is_not_billed_says_why(one, why):
    found = priced(one)
    assert isinstance(found, tuple)
    assert found[0] is why


def test_blocks_are_used_up_oldest_first_and_only_on_their_days():
    first = Block((date(2026, 9, 1), date(2026, 10, 10)), 7200)
    second = Block((date(2026, 10, 5), date.max), 3600)
    spent = Block(EVER, -3600)
    days = [(date(2026, 9, 2), 5400), (date(2026, 10, 5), 3600), (date(2026, 10, 11), 3600), (date(2026, 10, 12), 60)]
    assert overdrawn([spent, first, second], days) == [0, 0, 1800, 60]
    assert overdrawn([], days) == [5400, 3600, 3600, 60]


def piece(ref, seconds, price="100", currency="USD", *, line="same"):
    return Piece(
        source=Source(connection="psa", stream="time_entries", ref=ref), sells=Sold.LABOUR, line=line,
        description="Work", quantity=Fraction(seconds, 3600), unit_price=Decimal(price),
        currency=currency, day=DAY,
    )  # fmt: skip


def test_three_thirds_of_an_hour_are_one_hour_and_their_shares_add_up():
    [made], left = documents(PAYER, OCTOBER, [piece(ref, 1200) for ref in "abc"])
    [line] = made.draft.lines
    assert (f"{line.quantity:f}", str(line.amount), not left) == ("1", "100.00", True)
    assert [str(share) for share in made.shares.values()] == ["33.34", "33.33", "33.33"]


def test_a_quantity_that_ledgers_cannot_keep_is_one_at_the_whole_price():
    """A third of an hour at 1,000 is 333.33; 0.3333 of it would be 333.30."""
    [made], _ = documents(PAYER, OCTOBER, [piece("a", 1200, "1000")])
    [line] = made.draft.lines
    assert (line.description, f"{line.quantity:f}", str(line.amount)) == ("Work (0.3333)", "1", "333.33")


@pytest.mark.parametrize(
    ("quantity", "amount", "currency", "expected"),
    [
        ("3", "64.95", "USD", ("3", "21.65")),
        ("3", "10.00", "USD", ("3", "3.3333")),
        ("7000", "7.00", "USD", ("7000", "0.001")),
        ("7000", "1.00", "USD", ("1", "1.00")),
        ("0", "5", "USD", ("1", "5.00")),
        ("-2", "-5", "USD", ("1", "-5.00")),
        ("2", "-5", "USD", ("2", "-2.50")),
        ("1", "0.005", "USD", ("1", "0.005")),
        ("1", "-0.005", "USD", ("1", "-0.005")),
        ("2", "1001", "JPY", ("2", "500.5")),
        ("1", "1.2345", "BHD", ("1", "1.2345")),
    ],
)
def test_quantity_and_price_come_to_what_was_agreed(quantity, amount, currency, expected):
    found = told(Decimal(quantity), Decimal(amount), currency)
    assert tuple(f"{one:f}" for one in found) == expected


def test_quantities_keep_four_decimals_and_no_more_than_they_need():
    assert [f"{plain(Fraction(one)):f}" for one in ("1/3", "5/4", "10", "0", "-1/2")] == [
        "0.3333", "1.25", "10", "0", "-0.5",
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, 40_000), st.sampled_from(["100", "89.5", "33.3333", "-12.05", "0.005"])),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["USD", "JPY", "BHD"]),
    st.booleans(),
)
def test_every_line_is_its_quantity_times_its_price_and_the_shares_add_up_to_the_document(facts, currency, single):
    pieces = [
        piece(str(number), seconds, price, currency, line=None if single else price)
        for number, (seconds, price) in enumerate(facts)
    ]
    made, left = documents(PAYER, OCTOBER, pieces)
    assert len(left) == (0 if made else len(pieces))
    for one in made:
        assert one.draft.net > 0 or (one.draft.net == 0 and any(line.amount for line in one.draft.lines))
        sign = -1 if one.draft.kind is DocumentKind.CREDIT_NOTE else 1
        assert sign * sum(one.shares.values()) == one.draft.net
        assert {source for line in one.draft.lines for source in line.sources} == {each.source for each in pieces}
        for line in one.draft.lines:
            assert line_net(line.quantity, line.unit_price, currency) == line.amount


@pytest.mark.slow
def test_five_thousand_lines_are_one_document_that_adds_up():
    [made], _ = documents(PAYER, OCTOBER, [piece(str(number), 1200, "99.99", line=None) for number in range(5_000)])
    assert len(made.draft.lines) == 5_000
    assert str(made.draft.net) == "166650.00", "a third of 99.99 is 33.33"
    [one] = documents(PAYER, OCTOBER, [piece(str(number), 1200, "99.98") for number in range(5_000)])[0]
    assert (str(one.draft.net), str(sum(one.shares.values()))) == ("166633.33", "166633.33")
