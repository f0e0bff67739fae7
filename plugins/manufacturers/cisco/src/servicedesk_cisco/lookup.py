"""Looking devices up in batches, so that one bad serial number never spoils the others."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import NamedTuple

from servicedesk_cisco.api.client import Api, Row, rows, text
from servicedesk_cisco.api.errors import VendorError, error_in
from servicedesk_cisco.capabilities import SERIALS_PER_REQUEST
from servicedesk_cisco.end_of_support import support_ends
from servicedesk_cisco.meaning.cover import found, product_of, tells
from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    PermissionDeniedError,
    RejectedError,
    TransientError,
)
from servicedesk_core.hooks import LogSink

SUMMARY = "sn2info/v2/coverage/summary/serial_numbers"
LEFT_OUT = "Cisco left it out of its answer."


class _Answer(NamedTuple):
    """Rows by serial number, and the error that stands in place of all of them."""

    rows: dict[str, list[Row]]
    error: VendorError | None


async def results(
    api: Api, devices: Sequence[DeviceRef], today: date, *, end_of_support: bool, log: LogSink
) -> AsyncIterator[EntitlementResult]:
    """Yield one result for each device.

    Args:
        api: The vendor's interface.
        devices: The devices, without duplicates.
        today: The day on which Cisco answers.
        end_of_support: Whether to ask when Cisco ends support of the products.
        log: Told when that cannot be had.

    Raises:
        AuthenticationError: The credentials were refused.
        ConnectorError: Nothing could be asked at all.
    """
    anything = False
    for start in range(0, len(devices), SERIALS_PER_REQUEST):
        batch = devices[start : start + SERIALS_PER_REQUEST]
        try:
            answered = await _batch(api, batch, today)
        except (AuthenticationError, PermissionDeniedError):
            raise
        except ConnectorError as error:
            if not anything and isinstance(error, TransientError):
                raise
            answered = [_failed(device, error.message) for device in batch]
        if end_of_support:
            answered = await support_ends(api, answered, log)
        for result in answered:
            yield result
        anything = True


async def _batch(api: Api, devices: Sequence[DeviceRef], today: date) -> list[EntitlementResult]:
    """Ask for some devices at once; when Cisco refuses the whole, one serial number in it may be the reason."""
    serials = list(dict.fromkeys(device.serial_number for device in devices))
    refused: str | None = None
    try:
        answer = await _ask(api, serials)
    except RejectedError as error:
        refused, answer = error.message, _Answer({}, None)
    if refused is not None or (answer.error is not None and answer.error.means_too_much):
        if len(devices) == 1:
            return [_failed(devices[0], refused or "Cisco's answer is too long.")]
        middle = len(devices) // 2
        return [*await _batch(api, devices[:middle], today), *await _batch(api, devices[middle:], today)]
    if answer.error is not None:
        return [_refused(device, answer.error) for device in devices]
    return [_result(device, today, answer.rows.get(device.serial_number, [])) for device in devices]


async def _ask(api: Api, serials: Sequence[str]) -> _Answer:
    by_serial: dict[str, list[Row]] = {}
    async for body in api.pages(SUMMARY, serials, "pagination_response_record"):
        if (error := error_in(body)) is not None:
            return _Answer({}, error)
        for row in rows(body.get("serial_numbers")):
            known = by_serial.setdefault((text(row.get("sr_no")) or "").upper(), [])
            if all({**row, "id": None} != {**other, "id": None} for other in known):  # the id counts rows of the page
                known.append(row)
    return _Answer(by_serial, None)


def _result(device: DeviceRef, today: date, found_rows: Sequence[Row]) -> EntitlementResult:
    if not found_rows:
        return _failed(device, LEFT_OUT)
    good = [row for row in found_rows if error_in(row) is None]
    if not good and (error := error_in(found_rows[0])) is not None:
        return _refused(device, error)
    good = [row for row in good if tells(row)] or good[:1]
    meant = [row for row in good if device.product_number and product_of(row) == device.product_number]
    if len({product_of(row) for row in meant or good} - {None}) > 1:
        return EntitlementResult(
            device=device,
            outcome=LookupOutcome.AMBIGUOUS,
            reason="Several products have this serial number; the product number tells which one is meant.",
            supply=("product_number",),
        )
    return found(device, today, *(meant or good))


def _refused(device: DeviceRef, error: VendorError) -> EntitlementResult:
    if error.means_absent:
        return EntitlementResult(
            device=device, outcome=LookupOutcome.NOT_FOUND, reason="Cisco knows no product with this serial number."
        )
    if error.means_denied:
        return EntitlementResult(
            device=device,
            outcome=LookupOutcome.DENIED,
            reason="Cisco does not show this product to your company; its contract is not among yours.",
        )
    return _failed(device, f"Cisco answered with error {error.code}.")


def _failed(device: DeviceRef, reason: str) -> EntitlementResult:
    return EntitlementResult(device=device, outcome=LookupOutcome.FAILED, reason=reason)
