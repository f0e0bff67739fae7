"""When Cisco ends a product: records by serial number, product, date and software, and errors inside them."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from servicedesk_cisco.sandbox import fleet
from servicedesk_core.sandboxing import Refusal, Request, json_response

MOST = 20
"""Serial numbers or products in one question."""
PAGE = 100
_RETIRED = {
    "EOLProductID": "CISCO1811W-AG-A/K9",
    "ProductIDDescription": "Security Router (made up)",
    "ProductBulletinNumber": "EOL5834",
    "LinkToProductBulletinURL": "http://www.cisco.com/en/US/products/example.html",
}
_DATES = {
    "EOXExternalAnnouncementDate": "2007-06-12",
    "EndOfSaleDate": "2007-06-29",
    "EndOfSWMaintenanceReleases": "",
    "EndOfSecurityVulSupportDate": "",
    "EndOfRoutineFailureAnalysisDate": "2008-06-29",
    "EndOfServiceContractRenewal": "2012-03-07",
    "LastDateOfSupport": "2012-06-29",
    "EndOfSvcAttachDate": "2008-06-29",
    "UpdatedTimeStamp": "2011-01-03",
}
_MIGRATION = {
    "PIDActiveFlag": "Y",
    "MigrationInformation": "Security Router (made up)",
    "MigrationOption": "Enter PID(s)",
    "MigrationProductId": "CISCO1811W-AG-B/K9",
    "MigrationProductName": "",
    "MigrationStrategy": "",
    "MigrationProductInfoURL": "",
}
_SOFTWARE = ("12.4(15)T", "IOS")
"""The release of software whose end is announced, and its operating system."""
_ATTRIBUTES = {
    "EO_EXT_ANNOUNCE_DATE": "EOXExternalAnnouncementDate",
    "EO_SALES_DATE": "EndOfSaleDate",
    "EO_FAIL_ANALYSIS_DATE": "EndOfRoutineFailureAnalysisDate",
    "EO_SVC_ATTACH_DATE": "EndOfSvcAttachDate",
    "EO_SW_MAINTENANCE_DATE": "EndOfSWMaintenanceReleases",
    "EO_SECURITY_VUL_SUPPORT_DATE": "EndOfSecurityVulSupportDate",
    "EO_CONTRACT_RENEW_DATE": "EndOfServiceContractRenewal",
    "EO_LAST_SUPPORT_DATE": "LastDateOfSupport",
    "UPDATE_TIMESTAMP": "UpdatedTimeStamp",
}
_PRODUCT = re.compile(r"[0-9A-Z*][0-9A-Z/+=.*-]*")
Record = dict[str, Any]


def answer(request: Request, segments: Sequence[str], today: date, *, any_serial: bool) -> Record | None:
    """Return the body of an answer; ``None`` for a method that there is not.

    Args:
        request: The question.
        segments: Its path below the interface's version: method, page, and the values, of which products may hold a
            stroke.
        today: The vendor's day.
        any_serial: Whether every well-formed serial number is known.
    """
    method, page, *values = [*segments, "", ""][: max(2, len(segments))]
    wanted = [value.strip() for value in "/".join(values).split(",") if value.strip()]
    ways: dict[str, Callable[[], list[Record]]] = {
        "EOXBySerialNumber": lambda: [_of_serial(one, today, any_serial=any_serial) for one in _few(wanted)],
        "EOXByProductID": lambda: [record for one in _few(wanted) for record in _of_product(one)],
        "EOXBySWReleaseString": lambda: _of_software(_few(_releases(request))),
        "EOXByDates": lambda: _between(values, request.param("eoxAttrib") or "UPDATE_TIMESTAMP"),
    }
    if method not in ways:
        return None
    records = ways[method]()
    last = max(1, -(-len(records) // PAGE))
    number = int(page) if page.isdecimal() else 0
    if not 1 <= number <= last:
        raise _invalid("pageIndex")
    shown = records[(number - 1) * PAGE : number * PAGE]
    paging = {"PageIndex": number, "LastIndex": last, "TotalRecords": len(records), "PageRecords": len(shown)}
    return {"PaginationResponseRecord": paging, "EOXRecord": shown}


def _of_serial(serial: str, today: date, *, any_serial: bool) -> Record:
    asked = {"EOXInputType": "ShowEOXBySerialNumber", "EOXInputValue": serial}
    if serial == fleet.RETIRED:
        return _record() | asked
    rows = fleet.known(serial, today, any_serial=any_serial)
    if not rows or "ErrorResponse" in rows[0]:
        return _without("SSA_ERR_015", "EOX information does not exist for the serial number.", serial) | asked
    return _unannounced(rows[0]["base_pid_list"][0]["base_pid"]) | asked


def _of_product(product: str) -> list[Record]:
    asked = {"EOXInputType": "ShowEOXByPids", "EOXInputValue": product}
    if not _PRODUCT.fullmatch(product.upper()):
        raise _invalid("productIDs")
    if fnmatchcase(_RETIRED["EOLProductID"], product.upper()):
        return [_record() | asked]
    return [_unannounced(product) | asked]


def _releases(request: Request) -> list[str]:
    """Return the releases asked for, each with its operating system behind a comma or without one."""
    return [value for name, value in request.params if re.fullmatch(r"input\d+", name) and value.strip()]


def _of_software(releases: Sequence[str]) -> list[Record]:
    """Return a record for each announced release; what Cisco answers for others is not published, so nothing here."""
    found = []
    for one in releases:
        release, _, system = (part.strip() for part in one.partition(","))
        if release == _SOFTWARE[0] and system in ("", _SOFTWARE[1]):
            named = {"EOLProductID": " ".join(reversed(_SOFTWARE)), "ProductIDDescription": "Software (made up)"}
            found.append(_record() | named | {"EOXInputType": "ShowEOXBySoftware", "EOXInputValue": one})
    return found


def _between(values: Sequence[str], attribute: str) -> list[Record]:
    try:
        first, last = (date.fromisoformat(value) for value in values)
    except ValueError:
        raise _invalid("startDate or endDate") from None
    if attribute not in _ATTRIBUTES:
        raise _invalid("eoxAttrib")
    told = _DATES[_ATTRIBUTES[attribute]]
    asked = {"EOXInputType": "ShowEOXByDates", "EOXInputValue": f"{first} TO {last}"}
    return [_record() | asked] if told and first <= date.fromisoformat(told) <= last else []


def _record() -> Record:
    return _RETIRED | _dated(_DATES) | {"EOXMigrationDetails": dict(_MIGRATION)}


def _unannounced(product: str) -> Record:
    words = f"EOX information does not exist for the following product ID(s): {product}"
    return _without("SSA_ERR_026", words, product)


def _without(code: str, words: str, value: str) -> Record:
    kind = "PRODUCT_ID" if code == "SSA_ERR_026" else "SERIAL_NUMBER"
    error = {"ErrorID": code, "ErrorDescription": words, "ErrorDataType": kind, "ErrorDataValue": value}
    blank = dict.fromkeys(_RETIRED, "") | _dated(dict.fromkeys(_DATES, ""))
    return blank | {"EOXMigrationDetails": dict.fromkeys(_MIGRATION, ""), "EOXError": error}


def _dated(days: dict[str, str]) -> Record:
    return {name: {"value": day, "dateFormat": "YYYY-MM-DD"} for name, day in days.items()}


def _few(values: Sequence[str]) -> Sequence[str]:
    if not values or len(values) > MOST:
        raise Refusal(json_response(fleet.error("EXCEEDED_INPUTS", f"At most {MOST} inputs."), 400))
    return values


def _invalid(name: str) -> Refusal:
    words = f"The {name} value specified is invalid. Please correct the {name} value and try again."
    return Refusal(json_response({"EOXError": {"ErrorID": "SSA_ERR_010", "ErrorDescription": words}}))
