"""What a person writes of a claim: numbers that nobody means are refused in words."""

from decimal import Decimal

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.claims.drafting.written import (
    Answer,
    ClaimChanges,
    credit_of,
    decision_of,
    device_of,
    money_of,
    part_of,
)


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "0", "1e999999", "1e-999999", "9" * 5_000, "0.0000001", "x"])
def test_a_quantity_or_an_amount_that_nobody_means_is_refused(number):
    with pytest.raises(SettingsError):
        part_of(f"X1:{number}")
    if number not in {"-1", "0"}:
        for read, text in ((credit_of, f"parts:approved:{number}:EUR"), (money_of, f"{number}:EUR")):
            with pytest.raises(SettingsError):
                read(text)


@pytest.mark.parametrize("number", ["x", "9" * 5_000, "-1", ""])
def test_a_part_that_no_claim_has_is_not_decided_about(number):
    with pytest.raises(SettingsError, match="decides about no part"):
        decision_of(f"{number}:approved")


def test_what_people_write_is_taken():
    (line,) = ClaimChanges(parts=(part_of("X1:2.5:S1"),)).values()["lines"]
    assert (line["number"], line["quantity"], line["failed_serial_number"]) == (1, Decimal("2.5"), "S1")
    assert ClaimChanges(contact_phone="", symptom="Dead").values() == {"contact_phone": None, "symptom": "Dead"}
    assert Answer(credits=(credit_of("parts:approved:120.50:EUR"),)).report().credits[0].approved == Decimal("120.50")
    assert device_of("Maker, Inc.:S:1") == DeviceRef(manufacturer="Maker, Inc.:S", serial_number="1")
    assert device_of("S1").manufacturer == ""


def test_an_answer_that_says_nothing_is_none():
    with pytest.raises(SettingsError, match="Nothing was named"):
        Answer().report()
