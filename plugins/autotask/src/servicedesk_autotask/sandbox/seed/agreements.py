"""What a contract says beside its name: blocks of hours, prices and costs of roles, exclusions, its services."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from servicedesk_autotask.sandbox.seed.base import FIRST_TECHNICIAN, row
from servicedesk_autotask.sandbox.seed.moments import DAY, day_stamp, stamp

BLOCK_HOURS = 4
EXCLUSIONS = 1
_MONTHS = 6
_EXCLUDED_ROLE, _EXCLUDED_CODE, _TRAVEL = 13, 103, 104
Made = tuple[str, dict[str, Any]]


def exclusion_set() -> Iterator[Made]:
    """Make the set of exclusions that every other contract shares."""
    yield "ContractExclusionSets", row("ContractExclusionSets", id=EXCLUSIONS, name="After hours", isActive=True)
    common = {"id": 1, "contractExclusionSetID": EXCLUSIONS}
    yield from _made("ContractExclusionSetExcludedRoles", excludedRoleID=_EXCLUDED_ROLE, **common)
    yield from _made("ContractExclusionSetExcludedWorkTypes", excludedWorkTypeID=_EXCLUDED_CODE, **common)


def terms(contract: dict[str, Any]) -> Iterator[Made]:
    """Make what a contract says of hours; ids follow the contract's."""
    number, start, end = contract["id"], contract["startDate"], contract["endDate"]
    common = {"id": number, "contractID": number}
    if contract["contractType"] == BLOCK_HOURS:
        yield from _made(
            "ContractBlocks", **common, datePurchased=start, startDate=start, endDate=end, hours=400.0,
            hoursApproved=0.0, hourlyRate=110.0, status=1, isPaid=True, invoiceNumber=f"B{number}",
        )  # fmt: skip
    if number % 3 == 0:
        yield from _made("ContractRates", **common, roleID=10, contractHourlyRate=89.5)
    if number % 5 == 0:
        yield from _made("ContractRoleCosts", **common, roleID=10, resourceID=FIRST_TECHNICIAN, rate=38.25)
    if number % 4 == 0:
        yield from _made("ContractExclusionRoles", **common, roleID=12)
        yield from _made("ContractExclusionBillingCodes", **common, billingCodeID=_TRAVEL)


def periods(service: dict[str, Any], started: int, now: int) -> Iterator[Made]:
    """Make a contract service's last months; those that are over are posted."""
    units = 3 + service["id"] % 12
    for n, (first, after) in enumerate(last_months(now)):
        if after > started:
            yield from _made(
                "ContractServiceUnits",
                id=service["id"] * 10 + n,
                contractID=service["contractID"],
                contractServiceID=service["id"],
                serviceID=service["serviceID"],
                startDate=day_stamp(first),
                endDate=day_stamp(after - DAY),
                units=units,
                price=round(units * service["unitPrice"], 2),
                cost=round(units * service["unitCost"], 2),
                approveAndPostDate=stamp(after + DAY // 2) if after + DAY // 2 < now else None,
            )


def last_months(now: int) -> list[tuple[int, int]]:
    """Return where each of the last months begins and where the next one does, the present one last."""
    today = datetime.fromtimestamp(now, UTC)
    index = today.year * 12 + today.month - 1
    return [(first_of(n), first_of(n + 1)) for n in range(index - _MONTHS + 1, index + 1)]


def first_of(month: int) -> int:
    """Return where a month begins; months are counted through all years."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())


def _made(entity: str, **values: Any) -> Iterator[Made]:
    yield entity, row(entity, **values)
