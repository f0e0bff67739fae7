"""From one row of a coverage summary to what is covered.

Cisco says when cover ends, never when it began, and for contracts that are over often not even that.
"""

import re
from collections.abc import Sequence
from datetime import date

from servicedesk_cisco.api.client import Row, rows, text
from servicedesk_cisco.meaning.days import day
from servicedesk_core.domain.warranty import (
    Delivery,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
    heeding,
)

_HARDWARE = re.compile(r"\b\d+X\d+X(NBD|NCD|\d+)|PARTS|RMA|ADV(ANCE)?D? (HW )?REPL|ON-?SITE", re.IGNORECASE)
"""Hours, days and reaction time stand for a replacement of hardware in the names of service lines."""
_NO_RETURNS = re.compile(r"\bNO[ -]RMA\b", re.IGNORECASE)
_SOFTWARE_ONLY = re.compile(r"\bSWSS\b|\bSUSA\b|\bUPG\b|SOFTWARE|\bSW\b", re.IGNORECASE)
_SMARTNET = re.compile(r"\bSMART ?NET\b|\bSNTC?\b", re.IGNORECASE)
"""It replaces hardware; how fast stands in the name or nowhere."""
_ON_SITE = re.compile(r"X(NBD|NCD|\d+)[ -]?OS\b|ON-?SITE|LABOR", re.IGNORECASE)
"""``OS`` stands for on-site only behind a reaction time; elsewhere it is an operating system."""


def found(device: DeviceRef, today: date, row: Row, *more: Row) -> EntitlementResult:
    """Return the result for a device that Cisco knows.

    Args:
        device: As it was asked for.
        today: The day of the answer.
        row: Its row of the summary.
        more: Further rows about the same product, one for each contract.
    """
    covers = [cover for one in (row, *more) for cover in _covers(one, today)]
    # A contract that is shown says itself what it covers, be it software only.
    is_hidden = not any(_is_shown(cover, today) for cover in covers)
    is_covered = is_hidden and any(_word(one) == "YES" for one in (row, *more))
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.FOUND,
        entitlements=heeding(covers, today, verdict=is_covered or None),
        product=product_of(row),
        raw=dict(row) | ({"further_rows": [dict(one) for one in more]} if more else {}),
    )


def tells(row: Row) -> bool:
    """Return whether a row says anything of its serial number; a blank one may stand beside one that does."""
    names = ("is_covered", "service_contract_number", "covered_product_line_end_date", "warranty_end_date")
    return product_of(row) is not None or any(text(row.get(name)) for name in names)


def product_of(row: Row) -> str | None:
    """Return the product id that a row is about."""
    for listed, name in (("base_pid_list", "base_pid"), ("orderable_pid_list", "orderable_pid")):
        for one in rows(row.get(listed)):
            if pid := text(one.get(name)):
                return pid
    return None


def _covers(row: Row, today: date) -> Sequence[Entitlement]:
    covers = []
    kind, until = text(row.get("warranty_type")), day(row.get("warranty_end_date"))
    if kind or until:
        covers.append(
            Entitlement(
                kind=EntitlementKind.BASE,
                code=kind,
                description=text(row.get("warranty_type_description")),
                ends_on=until,
                covers_hardware=True if kind and "HW" in kind.upper().split("-") else None,
            )
        )
    contract, word = _contract(row), _word(row)
    # Of a contract that the asker is not linked to nothing is shown but that it covers; "NO" is not about warranties.
    shows_one = contract.contract_number or contract.description or contract.ends_on
    if shows_one or word in ("YES", "NO") or not covers:
        covers += heeding((contract,), today, verdict=False if word == "NO" else None)
    return covers


def _contract(row: Row) -> Entitlement:
    word, line = _word(row), text(row.get("service_line_descr"))
    ends_on = day(row.get("covered_product_line_end_date"))
    return Entitlement(
        kind=EntitlementKind.CONTRACT,
        description=line,
        ends_on=ends_on,
        delivery=_delivery(line or ""),
        # "NO" without an end is a contract that is over, or none at all.
        covers_hardware=False if word == "NO" and ends_on is None else _for_hardware(line or ""),
        contract_number=text(row.get("service_contract_number")),
        vendor_status=word or None,
    )


def _is_shown(cover: Entitlement, today: date) -> bool:
    runs = cover.ends_on is None or today <= cover.ends_on
    return runs and cover.kind is EntitlementKind.CONTRACT and cover.description is not None


def _word(row: Row) -> str:
    return (text(row.get("is_covered")) or "").upper()


def _for_hardware(line: str) -> bool | None:
    if _NO_RETURNS.search(line):
        return False
    if _HARDWARE.search(line):
        return True
    if _SOFTWARE_ONLY.search(line):
        return False
    return True if _SMARTNET.search(line) else None


def _delivery(line: str) -> Delivery | None:
    if not _HARDWARE.search(line) or not _for_hardware(line):
        return None
    return Delivery.ON_SITE if _ON_SITE.search(line) else Delivery.ADVANCE_EXCHANGE
