"""The devices that the vendor knows: some with one property each that makes them difficult, the rest plain."""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from servicedesk_hpe.sandbox.options import SandboxOptions

Device = dict[str, Any]
_SHOWN_AFTER_ITS_END = timedelta(days=365)
_SERIAL = re.compile(r"[0-9A-Z]{10}")
_PLAIN = re.compile(r"CZJ6(\d{6})")
"""Serial numbers of plain machines, counted up from 0."""
_PRODUCTS = ("868703-B21", "P19766-B21", "JE069A", "JL256A")


class Fleet:
    """All devices by serial number; one number may be on several."""

    def __init__(self, options: SandboxOptions, now: datetime) -> None:
        self._options = options
        self._now = now
        self._devices: dict[str, list[Device]] = {}
        for device in _special(now):
            self._devices.setdefault(device["serialNumber"], []).append(device)
        self._size = len(self._devices) + options.devices

    def __len__(self) -> int:
        return self._size

    def find(
        self,
        serial: str,
        product: str | None,
        now: datetime,
        *,
        country: str | None = None,
        with_expired: bool = False,
        with_highest: bool = True,
    ) -> list[Device]:
        """The devices that the names may mean.

        Args:
            serial: Serial number.
            product: Product number; ``None`` = any.
            now: The vendor's present.
            country: Only devices of this country.
            with_expired: Whether covers that ended over a year ago are shown too.
            with_highest: Whether the highest level in force is named.
        """
        if serial not in self._devices and (number := self._number(serial)) is not None:
            self._devices[serial] = [_plain(serial, number, self._now)]
        return [
            one | _levels_shown(one["supportLevels"], now, with_expired=with_expired, with_highest=with_highest)
            for one in self._devices.get(serial, [])
            if product in (None, one["productNumber"]) and country in (None, one["countryCode"])
        ]

    def _number(self, serial: str) -> int | None:
        """What a plain device is made from, if there is one with this serial number; made when it is asked for."""
        plain = _PLAIN.fullmatch(serial)
        if plain and int(plain[1]) < self._options.devices:
            return int(plain[1])
        if self._options.any_serial and _SERIAL.fullmatch(serial) and not serial.startswith("ZZ"):
            return int.from_bytes(hashlib.sha256(serial.encode()).digest()[:4])
        return None


def _levels_shown(
    levels: list[dict[str, Any]], now: datetime, *, with_expired: bool, with_highest: bool
) -> dict[str, Any]:
    oldest, today = (when.strftime("%Y-%m-%d") for when in (now - _SHOWN_AFTER_ITS_END, now))
    in_force = [level for level in levels if (level["startDate"] or "") <= today <= (level["endDate"] or "9")]
    highest = min(in_force, key=lambda level: level["serviceLevelRank"], default={})
    shown = [level for level in levels if with_expired or (level["endDate"] or "9") >= oldest]
    named = {key: highest[key] for key in ("serviceLevel", "contractLevel") if highest}
    return {"supportLevels": shown} | ({"currentHighestSupportLevel": named} if with_highest else {})


def _level(start: datetime, end: datetime | str, service: str = "Warranty", rank: int = 10) -> dict[str, Any]:
    contract = "Warranty" if service == "Warranty" else f"HPE Pointnext {service}"
    return {
        "serviceLevel": service,
        "serviceLevelRank": rank,
        "contractLevel": contract,
        "contractLevelRank": 1,
        "startDate": start.strftime("%Y-%m-%d"),
        "endDate": end if isinstance(end, str) else end.strftime("%Y-%m-%d"),
    }


def _device(serial: str, product: str, levels: list[dict[str, Any]]) -> Device:
    return {
        "serialNumber": serial,
        "productNumber": product,
        "countryCode": "US",
        "supportLevels": levels,
    }


def _plain(serial: str, number: int, now: datetime) -> Device:
    start = now - timedelta(days=30 + number % 1200)
    return _device(serial, _PRODUCTS[number % len(_PRODUCTS)], [_level(start, start + timedelta(days=1095))])


def _special(now: datetime) -> list[Device]:
    year = timedelta(days=365)
    new, old = now - year, now - 6 * year
    care = _level(new, now + 2 * year, "Complete Care", 1)
    nulls = _level(new, now) | {"startDate": None, "endDate": None, "serviceLevel": None, "contractLevel": None}
    return [
        _device("CZJ635566T", "868703-B21", [_level(new, now + 2 * year)]),
        _device("CZJ6EXPIRD", "868703-B21", [_level(now - 4 * year, now - year / 2)]),
        _device("CZJ6LONGAG", "868703-B21", [_level(old, now - 3 * year)]),
        _device("CZJ6SHARED", "868703-B21", [_level(new, now + 2 * year)]),
        _device("CZJ6SHARED", "P19766-B21", [_level(old, now - year / 2)]),
        _device("CN18BYV0G7", "JE069A", [_level(old, "2115-12-07")]),
        _device("CN19LIFE01", "JL256A", [_level(old, "2108-10-15")]),
        _device("CZJ6CONTRA", "P19766-B21", [_level(now - 4 * year, now - year / 2), care]),
        _device("CZJ6NULLS0", "P19766-B21", [nulls]),
    ]
