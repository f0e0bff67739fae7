"""Made-up devices: any service tag has one, always the same, so that nothing needs to be stored.

Tags that begin with ``ZZ`` are unknown. The tags in :data:`SPECIAL` show one habit of the vendor each.
"""

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

UNKNOWN = "ZZ"
SPECIAL = {
    "AB12CD3": "covered for a long time, with a later end of something that is no hardware cover",
    "EXP1RD2": "expired",
    "DUP1CT4": "given to two devices",
    "NUL1DT5": "rows with null dates and descriptions",
    "L1FETM6": "limited lifetime cover of networking gear",
    "FR4NCE7": "sold in France: days of UTC, flags that are null, and services that repair nothing",
}
_FRENCH = "FR4NCE7"
_CENTRAL = ZoneInfo("America/Chicago")
_MODELS = (
    ("LATITUDE 5530", "Latitude", "Laptops"),
    ("OPTIPLEX 7010", "OptiPlex", "Desktops"),
    ("PRECISION 3660", "Precision", "Desktops"),
    ("POWEREDGE R650", "PowerEdge", "Servers"),
)
_FRACTIONS = ("", ".14", ".000001", ".5", ".123", ".1234567")
_PARTS = {
    "Laptops": (("Storage", "HRD", "Hard drive"), ("Input", "KBD", "Keyboard"), ("Board", "MBD", "Motherboard"),
                ("Power", "BAT", "Battery"), ("Display", "LCD", "Display panel")),
    "Desktops": (("Storage", "HRD", "Hard drive"), ("Board", "MBD", "Motherboard"), ("Power", "PSU", "Power supply"),
                 ("Display", "MON", "Monitor")),
    "Servers": (("Storage", "HRD", "Hard drive"), ("Board", "MBD", "Motherboard"), ("Memory", "DIM", "Memory")),
}  # fmt: skip
SERIALIZED = frozenset({"BAT", "MON", "PRT"})
"""Parts whose own serial number a claim must name."""


def is_known(tag: str) -> bool:
    """Whether there is a device."""
    return not tag.startswith(UNKNOWN)


def asset(tag: str, now: datetime, *, with_entitlements: bool = True) -> dict[str, Any]:
    """One row of the Warranty API.

    Args:
        tag: Service tag.
        now: The sandbox's present, which some covers include and some do not.
        with_entitlements: Whether the row has them.
    """
    if not is_known(tag):
        row: dict[str, Any] = dict.fromkeys(("id", "shipDate", "productCode", "productLineDescription"))
        row |= {"serviceTag": tag, "duplicated": False, "invalid": True}
        return row | ({"entitlements": []} if with_entitlements else {})
    luck = _luck(tag)
    years = 1 + luck % 6
    if tag == "AB12CD3":
        years = 1
    if tag == "EXP1RD2":
        years = 9
    if tag == _FRENCH:
        years = 2
    shipped = (now - timedelta(days=365 * years - luck % 300)).astimezone(_CENTRAL).date()
    model, line, _ = _MODELS[luck % len(_MODELS)]
    row = {
        "id": 100_000_000 + luck % 100_000_000,
        "serviceTag": tag,
        "orderBuid": 11,
        "shipDate": _instant(shipped, luck, end=False, zone=_zone_of(tag)),
        "productCode": ">/192",
        "localChannel": "45",
        "productId": None,
        "productLineDescription": model,
        "productFamily": None,
        "systemDescription": None,
        "productLobDescription": line,
        "countryCode": "FR" if tag == _FRENCH else "US",
        "duplicated": None if tag == _FRENCH else tag == "DUP1CT4",
        "invalid": None if tag == _FRENCH else False,
    }
    return row | ({"entitlements": _entitlements(tag, shipped, luck)} if with_entitlements else {})


def components(tag: str, now: datetime, *, with_entitlements: bool = False) -> dict[str, Any]:
    """One asset with the parts that it was built of."""
    row = asset(tag, now, with_entitlements=with_entitlements)
    built = [
        {"itemNumber": f"3{_luck(tag + code) % 100}-{code}", "partNumber": f"0{code}{_luck(tag) % 90 + 10}",
         "partQuantity": 1, "partDescription": f"ASSY,{name.upper()}", "itemDescription": name}
        for _, code, name in _PARTS[device_class(tag)]
    ]  # fmt: skip
    return row | {"components": built if is_known(tag) else []}


def device_class(tag: str) -> str:
    """The class of a device, as parts are listed by."""
    return _MODELS[_luck(tag) % len(_MODELS)][2]


def parts(kind: str) -> tuple[tuple[str, str, str], ...]:
    """Type, number and description of the parts of a class of devices; none for a class that does not exist."""
    return _PARTS.get(kind, ())


def model(tag: str) -> tuple[str, str]:
    """Model and its description."""
    name, line, _ = _MODELS[_luck(tag) % len(_MODELS)]
    return name, line


def _entitlements(tag: str, shipped: Any, luck: int) -> list[dict[str, Any]]:
    rows = [
        _cover(shipped, 1, luck, ("INITIAL", "ND", "Next Business Day Onsite After Remote Diagnosis", 5)),
        _cover(shipped, 3, luck + 1, ("EXTENDED", "PY", "ProSupport Onsite", 5)),
        # Sold with the device and lasting longer than its cover, but nothing that repairs hardware.
        _cover(shipped, 7, luck + 2, ("INITIAL", "DL", "Digital Delivery", 11)),
    ]
    if tag == "NUL1DT5":
        rows[1] |= {"serviceLevelDescription": None, "startDate": None, "endDate": None}
        rows[2] |= {"serviceLevelDescription": None}
    if tag == _FRENCH:
        rows = [
            _cover(shipped, years, luck, word, zone=UTC)
            for years, word in (
                (3, ("INITIAL", "NU", "ProSupport with Next Business Day Service", 5)),
                (4, ("EXTENDED", "CB", "Collect and Return Support", 5)),
                (6, ("EXTENDED", "KK", "Keep Your Hard Drive", 11)),
                (6, ("EXTENDED", "CC", "Complete Care / Accidental Damage", 11)),
                (1, ("INITIAL", "OD", "Onsite Diagnosis", 11)),
            )
        ]
    if tag == "L1FETM6":
        rows.append(_cover(shipped, 85, luck, ("INITIAL", "LW", "Limited Lifetime Hardware Warranty", 8)))
    return rows


def _cover(
    shipped: Any, years: int, luck: int, word: tuple[str, str, str, int], zone: tzinfo = _CENTRAL
) -> dict[str, Any]:
    kind, code, description, group = word
    end = shipped.replace(year=shipped.year + years, day=min(shipped.day, 28))
    return {
        "itemNumber": f"997-{luck % 10_000:04d}",
        "startDate": _instant(shipped, luck, end=False, zone=zone),
        "endDate": _instant(end, luck, end=True, zone=zone),
        "entitlementType": kind,
        "serviceLevelCode": code,
        "serviceLevelDescription": description,
        "serviceLevelGroup": group,
    }


def _zone_of(tag: str) -> tzinfo:
    return UTC if tag == _FRENCH else _CENTRAL


def _instant(day: Any, luck: int, *, end: bool, zone: tzinfo) -> str:
    local = datetime(day.year, day.month, day.day, *((23, 59, 59) if end else (0, 0, 0)), tzinfo=zone)
    fraction = _FRACTIONS[luck % len(_FRACTIONS)] if end else ""
    return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _luck(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())
