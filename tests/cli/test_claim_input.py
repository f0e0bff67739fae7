"""What a person types about a claim: numbers that nobody means are refused in words."""

from decimal import Decimal

import pytest

from servicedesk_core.cli.claims.input import changes_of, report_of
from servicedesk_core.errors import SettingsError

NOTHING = dict.fromkeys(("status", "word", "ref", "denial_reason", "return_by", "shipped"))


def report(**said):
    return report_of(**{**NOTHING, "decisions": (), "credits_": (), "returned": False, **said})


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "0", "1e999999", "1e-999999", "9" * 5_000, "0.0000001", "x"])
def test_a_quantity_or_an_amount_that_nobody_means_is_refused(number):
    with pytest.raises(SettingsError):
        changes_of({}, [f"X1:{number}"], [])
    if number not in {"-1", "0"}:
        with pytest.raises(SettingsError):
            report(credits_=[f"parts:approved:{number}:EUR"])


@pytest.mark.parametrize("number", ["x", "9" * 5_000, "-1", ""])
def test_a_part_that_no_claim_has_is_not_decided_about(number):
    with pytest.raises(SettingsError, match="decides about no part"):
        report(decisions=[f"{number}:approved"])


def test_what_people_write_is_taken():
    assert changes_of({}, ["X1:2.5:S1"], [])["lines"][0]["quantity"] == Decimal("2.5")
    assert report(credits_=["parts:approved:120.50:EUR"]).credits[0].approved == Decimal("120.50")
