"""What is not billed, or not enough."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.features.leakage.rules import Labour, of_block, of_labour, of_units
from servicedesk_core.features.profit import Terms

TODAY = date(2026, 11, 9)
HOUR = 3600
CARE = Terms(
    company="c1",
    kind=ContractKind.RECURRING,
    days=(date(2026, 1, 1), date(2026, 12, 31)),
    excluded=frozenset({"role:r2", "code:nights"}),
    is_active=True,
)
BY_THE_HOUR = replace(CARE, kind=ContractKind.TIME_AND_MATERIALS, excluded=None)
ENDED = replace(CARE, days=(date(2026, 1, 1), date(2026, 11, 1)), is_active=False)
COVERED = Labour(
    worked_s=2 * HOUR,
    billed_s=2 * HOUR,
    is_billable=True,
    posted=Decimal(0),
    is_posted=True,
    day=date(2026, 11, 5),
    role="r1",
    code="day",
    terms=CARE,
    hour=Decimal(95),
    outside=lambda: Fraction(0),
    after_hours=frozenset({"nights"}),
    factor=Decimal("1.5"),
)


@pytest.mark.parametrize(
    ("change", "leak", "amount"),
    [
        ({}, None, None),
        ({"role": "r2"}, Leak.EXCLUDED, "190.00"),
        ({"role": "r2", "is_billable": False, "is_posted": False, "posted": None}, Leak.EXCLUDED, "190.00"),
        ({"role": "r2", "hour": None}, Leak.EXCLUDED, None),
        ({"role": "r2", "posted": Decimal(150)}, None, None),
        ({"role": "r2", "posted": None}, None, None),
        ({"role": "r2", "is_posted": False, "posted": None}, None, None),
        ({"role": "r2", "terms": BY_THE_HOUR}, None, None),
        ({"role": "r2", "terms": replace(CARE, excluded=None)}, None, None),
        ({"terms": ENDED}, Leak.ENDED, "190.00"),
        ({"terms": ENDED, "day": date(2026, 11, 1)}, None, None),
        ({"terms": ENDED, "posted": Decimal(190)}, None, None),
        ({"terms": ENDED, "posted": None}, None, None),
        ({"terms": ENDED, "is_posted": False, "posted": None}, Leak.ENDED, "190.00"),
        ({"terms": replace(CARE, is_active=False)}, None, None),
        ({"terms": replace(CARE, is_active=False), "is_posted": False, "posted": None}, Leak.ENDED, "190.00"),
        ({"terms": replace(ENDED, kind=ContractKind.BLOCK_HOURS, excluded=None)}, Leak.ENDED, "190.00"),
        ({"terms": replace(BY_THE_HOUR, days=ENDED.days)}, None, None),
        ({"outside": Fraction(1)}, Leak.AFTER_HOURS, "285.00"),
        ({"outside": Fraction(1), "terms": replace(CARE, excluded=frozenset({"role:r2"}))}, None, None),
        ({"outside": Fraction(1), "code": "nights", "posted": Decimal(285)}, None, None),
        ({"outside": Fraction(1), "terms": BY_THE_HOUR, "posted": Decimal(190)}, Leak.AFTER_HOURS, "95.00"),
        ({"outside": Fraction(1), "terms": None, "posted": Decimal(190)}, Leak.AFTER_HOURS, "95.00"),
        ({"outside": Fraction(1), "terms": None, "posted": Decimal(190), "factor": None}, Leak.AFTER_HOURS, None),
        ({"outside": Fraction(1), "terms": None, "posted": Decimal(250)}, Leak.AFTER_HOURS, "35.00"),
        ({"outside": Fraction(1), "terms": None, "posted": Decimal(285)}, None, None),
        ({"outside": Fraction(1), "terms": None, "is_posted": False, "posted": None}, Leak.AFTER_HOURS, "95.00"),
        ({"outside": Fraction(1), "posted": Decimal(285)}, None, None),
        ({"outside": Fraction(1), "terms": replace(CARE, excluded=None), "posted": Decimal(190)}, None, None),
        ({"outside": Fraction(1), "terms": replace(CARE, kind=None), "posted": Decimal(190)}, None, None),
        ({"outside": Fraction(1, 2), "terms": None, "posted": Decimal(190)}, None, None),
        ({"outside": None, "terms": None, "posted": Decimal(190)}, None, None),
        ({"outside": Fraction(1), "terms": None, "is_billable": False}, None, None),
    ],
)
def test_work_leaks_where_nobody_pays_what_was_agreed(change, leak, amount):
    if "outside" in change:
        part = change["outside"]
        change = change | {"outside": lambda: part}
    found = of_labour(replace(COVERED, **change), TODAY)
    assert (found and found.leak, found and found.amount) == (leak, None if amount is None else Decimal(amount))
    if found:
        assert "2.00 h" in found.evidence
        assert found.right


def test_a_block_leaks_by_what_is_used_and_waits_beyond_what_was_bought():
    assert of_block(10 * HOUR, 8 * HOUR, 2 * HOUR, Decimal(110)) is None
    found = of_block(10 * HOUR, 9 * HOUR, 3 * HOUR // 2, Decimal(110))
    assert (found.amount, found.evidence) == (Decimal("55.00"), "9.00 h used and 1.50 h waiting of 10.00 h bought")
    assert of_block(0, HOUR, 0, None).amount is None


def test_units_leak_by_what_is_there_beyond_what_was_contracted():
    assert of_units("devices", 10, 10, Decimal(45)) is None
    found = of_units("devices", 12, 10, Decimal("45.005"))
    assert (found.amount, found.evidence) == (Decimal("90.01"), "12 devices, 10 contracted")
    assert of_units("devices", 1, 0, None).amount is None
