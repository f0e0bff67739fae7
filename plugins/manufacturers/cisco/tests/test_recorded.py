"""Bodies recorded from Cisco's own interfaces; skipped where they are not at hand."""

import json
from datetime import date
from pathlib import Path

import pytest

from servicedesk_cisco.api.client import rows
from servicedesk_cisco.api.errors import error_in
from servicedesk_cisco.meaning.cover import found, product_of
from servicedesk_cisco.meaning.days import day
from servicedesk_cisco.meaning.returns import report
from servicedesk_core.domain.warranty import ClaimStatus, DeviceRef, ReturnState

FOLDER = next(
    (
        folder / "shared" / "reference" / "manufacturers" / "cisco"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared" / "reference" / "manufacturers" / "cisco").is_dir()
    ),
    None,
)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="recorded bodies of Cisco are not at hand")


def recorded(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_a_summary():
    (row,) = rows(recorded("sn2info_coverage_summary_200.json")["serial_numbers"])
    result = found(DeviceRef(manufacturer="Cisco", serial_number="FXS0000TST1"), date(2024, 1, 1), row)
    assert [cover.ends_on for cover in result.entitlements] == [date(2029, 4, 9), date(2023, 12, 31)]
    assert result.covered_on(date(2024, 1, 1)) is True
    assert product_of(row) == "C9410R"


def test_an_rma():
    (record,) = recorded("rma_details_200.json")["returns"]["RmaRecord"]
    item = report("800000001", record)
    assert item.status is ClaimStatus.CLOSED
    assert item.shipments[0].carrier == "DHL"
    (part,) = item.returns
    assert (part.due_on, part.received_at.date(), part.state) == (
        date(2021, 11, 24),
        date(2021, 12, 8),
        ReturnState.RECEIVED,
    )


@pytest.mark.parametrize(
    ("name", "code", "absent"),
    [
        ("rma_details_not_found_200.json", "SVO_NO_RECORDS", True),
        ("rma_by_user_not_found_200.json", "SVO_NO_RECORDS", True),
        ("eox_invalid_serial_200.json", "SSA_ERR_010", True),
        ("error_missing_parameters_400.json", "API_MISSING_PARAMETERS", False),
        ("token_invalid_client_401.json", "invalid_client", False),
    ],
)
def test_errors_wherever_they_are_nested(name, code, absent):
    error = error_in(recorded(name))
    assert (error.code, error.means_absent) == (code, absent)


@pytest.mark.parametrize(
    "name",
    [
        "sn2info_coverage_summary_200.json",
        "sn2info_orderable_pids_200.json",
        "sn2info_owner_status_200.json",
        "rma_details_200.json",
        "case_summary_200.json",
        "eox_by_serial_200.json",
        "token_200.json",
    ],
)
def test_good_answers_hold_no_error(name):
    assert error_in(recorded(name)) is None


def test_an_announcement_of_end_of_support():
    (record,) = recorded("eox_by_serial_200.json")["EOXRecord"]
    assert day(record["LastDateOfSupport"]["value"]) == date(2012, 6, 29)
    assert day(record["EndOfSWMaintenanceReleases"]["value"]) is None
