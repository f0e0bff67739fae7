"""The machines that the vendor knows: some with one property each that makes them difficult, the rest plain."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from servicedesk_lenovo.sandbox.options import SandboxOptions

Machine = dict[str, Any]
PRODUCTS = ("12XX000TUS", "21HDCTO1WW", "20YG004JGE", "30E2S00K00")

CODES: dict[str, dict[str, Any]] = {
    code: {"ID": code, "Name": name, "Type": kind, "Delivery": delivery, "Category": category, "Duration": months}
    for code, name, kind, delivery, category, months in (
        ("1YD", "1Y Depot", "BASE", "DEPOT", "MACHINE", 12),
        ("36Y", "3Y Onsite", "BASE", "ON_SITE", "MACHINE", 36),
        ("3EX", "3Y Premier Onsite upgrade", "UPGRADE", "ON_SITE", "MACHINE", 36),
        ("1BT", "1Y Battery", "BASE", "CRU", "COMPONENT", 12),
        ("5TS", "5Y Technical support", "EXTENDED", "TECH_SUPPORT", "MACHINE", 60),
        ("LTW", "Limited lifetime", "BASE", "ADV_EXCHANGE", "MACHINE", 0),
        ("4CU", "4Y Carry-in", "BASE", "BRING_IN", "MACHINE", 48),
        ("QQQ", "Something new", "LOYALTY", "DRONE", "FLEET", 12),
        ("9ZZ", "3Y", "BASE", "UNKNOWN", "MACHINE", 36),
    )
}
COVERED = "PF000TST"
EXPIRED = "PF000EXP"
SHARED = "PF000DUP"
NULLS = "PF000NUL"
LIFETIME = "PF000LIF"
ODD_DATES = "PF000ODD"
REMOTE_LATER = "PF000TEC"
UNCOVERED = "PF000EMP"
UNHEARD_OF = "PF000NEW"
SERVED_ANYHOW = "PF000ANY"
ENDED_CONTRACT = "PF000CON"
_SERIAL = re.compile(r"[A-Z][0-9A-Z]{7,8}")
_PLAIN = re.compile(r"PF1(\d{5})")
"""Serial numbers of plain machines, counted up from 0."""


class Fleet:
    """All machines by serial number; one number may be on several."""

    def __init__(self, options: SandboxOptions, now: datetime) -> None:
        self._options = options
        self._now = now
        self._machines: dict[str, list[Machine]] = {}
        for machine in _special(now):
            self._machines.setdefault(machine["Serial"], []).append(machine)
        self._size = len(self._machines) + options.devices

    def __len__(self) -> int:
        return self._size

    def find(self, asked: str) -> list[Machine]:
        """The machines that a serial number, with or without a machine type behind a dot, may mean."""
        serial, _, machine_type = asked.strip().upper().partition(".")
        if serial not in self._machines and (number := self._number(serial)) is not None:
            self._machines[serial] = [_plain(serial, number, self._now)]
        found = self._machines.get(serial, [])
        return [one for one in found if not machine_type or one["Product"].startswith(machine_type)]

    def _number(self, serial: str) -> int | None:
        """What a plain machine is made from, if there is one with this serial number; made when it is asked for."""
        plain = _PLAIN.fullmatch(serial)
        if plain and int(plain[1]) < self._options.devices:
            return int(plain[1])
        if self._options.any_serial and _SERIAL.fullmatch(serial) and not serial.startswith("ZZ"):
            return int.from_bytes(hashlib.sha256(serial.encode()).digest()[:4])
        return None


def parts_of(machine: Machine) -> list[dict[str, Any]]:
    """The service parts of a machine, from the one that was built in to those of its type."""
    kind = machine["Product"][:4]
    return [
        {"ID": "01AV430", "Type": "KBD", "Name": "Keyboard, backlit", "Level": "SERIAL"},
        {"ID": "5B20W63457", "Type": "MB", "Name": f"Planar {kind}", "Level": "MTM"},
        {"ID": "02DL005", "Type": "BAT", "Name": "Battery, internal", "Level": "MT"},
        {"ID": "00XX999", "Type": "ACC", "Name": "Cable", "Level": "FAMILY"},
    ]


PARTS: dict[str, dict[str, Any]] = {
    part["ID"]: part | {"Description": "", "Images": [], "Substitutes": []}
    for part in parts_of({"Product": PRODUCTS[0]})
}
PARTS["02DL005"]["Substitutes"] = [{"Type": "FRU", "Part": "02DL006"}, {"Type": "FRU", "Part": "5B10W13930"}]


def _midnight(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT00:00:00Z")


def _cover(code: str, start: datetime, days: int) -> dict[str, Any]:
    known = CODES[code]
    return {
        "ID": code,
        "Name": known["Name"],
        "Description": f"{known['Name']} service",
        "Type": known["Type"],
        "Start": _midnight(start),
        "End": _midnight(start + timedelta(days=days)),
    }


def _machine(serial: str, product: str, shipped: datetime, warranty: list[Any], now: datetime, **more: Any) -> Machine:
    today = _midnight(now)
    return {
        "Serial": serial,
        "Product": product,
        "InWarranty": any(
            (row["Start"] or "") <= today <= (row["End"] or "") for row in warranty if _is_of_the_machine(row["ID"])
        ),
        "Shipped": _midnight(shipped),
        "Country": "US",
        "Warranty": warranty,
    } | more


def _is_of_the_machine(code: str | None) -> bool:
    known = CODES.get(code or "", {})
    return known.get("Category") == "MACHINE" and known["Delivery"] != "TECH_SUPPORT"


def _plain(serial: str, number: int, now: datetime) -> Machine:
    shipped = now - timedelta(days=30 + number % 1800)
    code, days = (("36Y", 1095), ("1YD", 365))[number % 3 == 0]
    return _machine(serial, PRODUCTS[number % len(PRODUCTS)], shipped, [_cover(code, shipped, days)], now)


def _special(now: datetime) -> list[Machine]:
    year = timedelta(days=365)
    new, old = now - year, now - 6 * year
    contract = {
        "Contract": "C123", "Quantity": 1, "ItemNumber": "5WS0A14086", "ChargeCode": "N", "SLA": "Premier",
        "EntitlementCode": "PS", "Status": "Active", "Start": _midnight(new), "End": _midnight(now + 2 * year),
    }  # fmt: skip
    nulls = {"ID": None, "Name": None, "Description": None, "Type": None, "Start": None, "End": None}
    lifetime = _cover("LTW", new, 0) | {"End": datetime(2108, 10, 15, tzinfo=UTC).strftime("%Y-%m-%dT00:00:00Z")}
    odd = [
        _cover("36Y", new, 1095) | {"Start": new.strftime("%Y-%m-%d"), "End": (now + year).strftime("%Y-%m-%dT23:59")},
        _cover("1YD", new, 365) | {"End": "12/11/27"},
    ]
    tst = [_cover("36Y", new, 1095), _cover("1BT", new, 365 * 4)]
    return [
        _machine(COVERED, PRODUCTS[0], new, tst, now, Purchased=_midnight(new), Contract=[contract]),
        _machine(EXPIRED, PRODUCTS[0], old, [_cover("36Y", old, 1095)], now),
        _machine(SHARED, "12XX000TUS", new, [_cover("36Y", new, 1095)], now),
        _machine(SHARED, "20YG004JGE", old, [_cover("1YD", old, 365)], now),
        _machine(NULLS, PRODUCTS[1], new, [nulls], now, Shipped=None, Purchased=None, Country=None, Contract=None),
        _machine(LIFETIME, PRODUCTS[1], new, [lifetime], now),
        _machine(ODD_DATES, PRODUCTS[1], new, odd, now),
        _machine(REMOTE_LATER, PRODUCTS[1], old, [_cover("1YD", old, 365), _cover("5TS", now - year, 1825)], now),
        _machine(UNCOVERED, PRODUCTS[1], old, [], now),
        _machine(UNHEARD_OF, PRODUCTS[1], new, [_cover("QQQ", new, 800)], now),
        _machine(SERVED_ANYHOW, PRODUCTS[1], new, [_cover("9ZZ", new, 1095)], now),
        _machine(
            ENDED_CONTRACT,
            PRODUCTS[1],
            old,
            [_cover("1YD", old, 365)],
            now,
            Contract=[contract | {"Status": "Terminated", "End": _midnight(now + 5 * year)}],
        ),
    ]
