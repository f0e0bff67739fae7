"""The devices that the stand-in knows."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any

SHAPE = re.compile(r"[A-Z]{3}\d{4}[A-Z0-9]{4}")
Row = dict[str, Any]

COVERED = "FXS0000TST1"
EXPIRED = "FOC0000EXP1"
NEVER_COVERED = "FOC0000NEV1"
TWO_PRODUCTS = "FOC0000TWO1"
FOREIGN = "FOC0000FGN1"
"""Known to Cisco, but under a contract of somebody else."""
RETIRED = "FHK0000EOL1"
"""Cisco has announced the end of its support."""
INSTANCES = {"3000000001": COVERED, "3000000002": EXPIRED}
"""Serial number by number of the installed instance; no others are known."""

_PRODUCTS = ("C9200L-24P-4G", "C9300-48UXM", "ISR4331/K9", "FPR1120-NGFW-K9")


def known(serial: str, today: date, *, any_serial: bool) -> list[Row]:
    """Return the rows of the summary for a serial number; none when it is unknown.

    Args:
        serial: As it was asked for; Cisco minds the case of letters.
        today: The vendor's day.
        any_serial: Whether every well-formed serial number is known.
    """
    special: dict[str, list[Row]] = {
        COVERED: [_row(COVERED, "C9410R", contract="200000001", until=today + timedelta(days=400), warranty=True)],
        EXPIRED: [_row(EXPIRED, "WS-C2960X-24TS-L", contract="200000002", is_covered="NO")],
        NEVER_COVERED: [_row(NEVER_COVERED, "WS-C2950-24", is_covered="NO")],
        TWO_PRODUCTS: [
            _row(TWO_PRODUCTS, pid, contract="200000003", until=today + timedelta(days=90))
            for pid in ("PWR-C1-715WAC", "C9300-NM-8X")
        ],
        FOREIGN: [{"sr_no": FOREIGN, **error("API_NOTAUTHORIZED", "The product is not under your contracts.")}],
        RETIRED: [_row(RETIRED, "CISCO1811W-AG-A/K9", is_covered="NO")],
    }
    if serial in special:
        return special[serial]
    if any_serial and SHAPE.fullmatch(serial) and not serial.startswith("ZZZ"):
        return [_made_up(serial, today)]
    return []


def unknown(serial: str) -> Row:
    """Return the row that stands for a serial number that Cisco does not know."""
    return {"sr_no": serial, **error("NO_RECORDS_FOUND", "No records found for the serial number.")}


def error(code: str, description: str) -> dict[str, Any]:
    """Return an error as Cisco's serial number interface nests it."""
    one = {"ErrorCode": code, "ErrorDescription": description, "SuggestedAction": "Please check the input."}
    return {"ErrorResponse": {"APIError": one}}


def pids_of(rows: list[Row]) -> list[dict[str, str]]:
    """Return what can be ordered for the product of some rows, once for each of Cisco's pillars."""
    pillars = {"1": "TAC SUPPORT", "3": "SOFTWARE SUPPORT", "2": "HARDWARE REPLACEMENT"}
    return [
        {"orderable_pid": row["base_pid_list"][0]["base_pid"], "pillar_code": code, "pillar_description": words}
        for row in rows
        for code, words in pillars.items()
    ]


def by_instance(instance: str, row: Row) -> Row:
    """Return a row as the summary of instance numbers shows it: objects where the other has lists."""
    shown = {
        name: value
        for name, value in row.items()
        if name not in ("base_pid_list", "orderable_pid_list", "parent_sr_no")
    }
    return shown | {
        "instance_number": instance,
        "parent_instance_no": "",
        "base_pid": row["base_pid_list"][0],
        "orderable_pid": {name: value for name, value in row["orderable_pid_list"][0].items() if name != "pillar_code"},
    }


def _made_up(serial: str, today: date) -> Row:
    number = int.from_bytes(hashlib.blake2b(serial.encode(), digest_size=4).digest())
    until = today + timedelta(days=number % 1500 - 400)
    pid = _PRODUCTS[number % len(_PRODUCTS)]
    if until < today:
        return _row(serial, pid, is_covered="NO")
    return _row(serial, pid, contract=f"2{number % 10**8:08d}", until=until)


def _row(
    serial: str,
    pid: str,
    *,
    contract: str = "",
    until: date | None = None,
    is_covered: str = "YES",
    warranty: bool = False,
) -> Row:
    return {
        "base_pid_list": [{"base_pid": pid}],
        "contract_site_customer_name": "ACME LTD" if contract else "",
        "contract_site_address1": "",
        "contract_site_city": "",
        "contract_site_state_province": "",
        "contract_site_country": "",
        "covered_product_line_end_date": until.isoformat() if until else "",
        "id": "1",
        "is_covered": is_covered,
        "orderable_pid_list": [
            {
                "item_description": f"{pid} (made up)",
                "item_position": "P",
                "item_type": "CHASSIS",
                "orderable_pid": pid,
                "pillar_code": "1,2,3",
            }
        ],
        "parent_sr_no": "",
        "service_contract_number": contract,
        "service_line_descr": "SNTC-8X5XNBD" if contract else "",
        "sr_no": serial,
        "warranty_end_date": "2029-04-09" if warranty else "",
        "warranty_type": "WARR-ELTD-LIFE-HW" if warranty else "",
        "warranty_type_description": "http://www.cisco.com/go/warranty" if warranty else "",
    }
