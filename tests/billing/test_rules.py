"""What unposted work will come to, and what is wrong with it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.kinds import BillingPolicy
from servicedesk_core.features.billing.model import Doubt, Stage
from servicedesk_core.features.billing.rules import Worked, doubts, expected, stage_of_line
from servicedesk_core.features.profit import Terms

TODAY = date(2026, 11, 9)
HOUR = 3600
CARE = Terms(
    company="c1",
    kind=ContractKind.RECURRING,
    days=(date(2026, 1, 1), date(2026, 12, 31)),
    excluded=frozenset({"role:r2", "code:b2"}),
    is_active=True,
)
POLICY = BillingPolicy(after_hours=("Nights",))
FINE = Worked(
    worked_s=HOUR,
    billed_s=HOUR,
    has_summary=True,
    work_on=date(2026, 11, 5),
    company="c1",
    parents=frozenset({"c0"}),
    contract="k1",
    terms=CARE,
    ticket_terms=CARE,
    has_code=True,
    is_code_active=True,
    is_code_after_hours=False,
    outside=Fraction(0),
)


@pytest.mark.parametrize(
    ("terms", "role", "code", "hour", "comes_to"),
    [
        (None, "r1", "b1", Decimal("95.50"), Decimal("143.25")),
        (None, "r1", "b1", None, None),
        (CARE, "r1", "b1", Decimal(95), Decimal(0)),
        (CARE, "r2", "b1", Decimal(95), Decimal("142.50")),
        (CARE, "r1", "b2", Decimal(95), Decimal("142.50")),
        (replace(CARE, excluded=None), "r1", "b1", Decimal(95), None),
        (replace(CARE, kind=None), "r1", "b1", Decimal(95), None),
        (replace(CARE, kind=ContractKind.BLOCK_HOURS, excluded=None), "r2", "b1", None, Decimal(0)),
        (
            replace(CARE, kind=ContractKind.TIME_AND_MATERIALS, excluded=None),
            "r1",
            "b1",
            Decimal("0.005"),
            Decimal("0.01"),
        ),
    ],
)
def test_unposted_work_comes_to_what_its_contract_leaves_to_pay(terms, role, code, hour, comes_to):
    assert expected(HOUR * 3 // 2, terms, role, code, hour) == comes_to


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("", Stage.POSTED),
        ("is_invoiced is_voided is_paid", Stage.POSTED),
        ("is_invoiced", Stage.INVOICED),
        ("is_invoiced is_carried", Stage.TRANSFERRED),
        ("is_invoiced is_carried is_paid", Stage.PAID),
        ("is_invoiced is_paid", Stage.PAID),
    ],
)
def test_a_line_is_as_far_as_its_invoice_and_one_that_was_voided_is_none(said, stage):
    names = ("is_invoiced", "is_voided", "is_carried", "is_paid")
    assert stage_of_line(**{name: name in said.split() for name in names}) is stage


ENDED = replace(CARE, days=(date(2026, 1, 1), date(2026, 11, 6)), is_active=False)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"has_summary": False}, Doubt.NO_SUMMARY),
        ({"contract": "", "terms": None}, Doubt.NO_CONTRACT),
        ({"contract": "", "terms": None, "ticket_terms": replace(CARE, is_active=False)}, None),
        ({"contract": "", "terms": None, "ticket_terms": None}, None),
        ({"terms": None}, Doubt.WRONG_CONTRACT),
        ({"company": "c2"}, Doubt.WRONG_CONTRACT),
        ({"company": ""}, None),
        ({"terms": replace(CARE, company="c0")}, None),
        ({"terms": replace(CARE, is_active=False)}, Doubt.WRONG_CONTRACT),
        ({"terms": ENDED}, None),
        ({"terms": ENDED, "work_on": date(2026, 11, 7)}, Doubt.WRONG_CONTRACT),
        ({"has_code": False, "is_code_active": None}, Doubt.WRONG_WORK_TYPE),
        ({"is_code_active": False}, Doubt.WRONG_WORK_TYPE),
        ({"is_code_active": None}, None),
        ({"outside": Fraction(51, 100)}, Doubt.AFTER_HOURS),
        ({"outside": Fraction(1, 2)}, None),
        ({"outside": Fraction(1), "is_code_after_hours": True}, None),
        ({"is_code_after_hours": True}, Doubt.NOT_AFTER_HOURS),
        ({"outside": None, "is_code_after_hours": True}, None),
        ({"worked_s": 0, "billed_s": 0}, Doubt.ZERO),
        ({"worked_s": None, "billed_s": None}, Doubt.ZERO),
        ({"billed_s": 0}, Doubt.ZERO),
        ({"billed_s": HOUR - 60}, Doubt.LESS),
        ({"worked_s": HOUR - 60}, None),
        ({"worked_s": HOUR - 16 * 60}, Doubt.MORE),
        ({"billed_s": None}, None),
        ({"work_on": date(2026, 11, 2)}, None),
        ({"work_on": date(2026, 11, 1)}, Doubt.OLD),
        ({"work_on": None}, None),
    ],
)
def test_each_doubt_is_told_with_what_would_be_right_and_only_where_it_is_one(change, wrong):
    found = list(doubts(replace(FINE, **change), POLICY, TODAY))
    assert [doubt for doubt, _ in found] == ([] if wrong is None else [wrong])
    assert all(right for _, right in found)


def test_without_after_hours_work_types_nobody_judges_hours():
    assert not list(doubts(replace(FINE, outside=Fraction(1)), BillingPolicy(), TODAY))
