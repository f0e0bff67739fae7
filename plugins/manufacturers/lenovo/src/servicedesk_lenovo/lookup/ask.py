"""Looking devices up in batches, so that one bad serial number never spoils the others."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    PermissionDeniedError,
    ProtocolError,
    TransientError,
)
from servicedesk_core.hooks import Clock
from servicedesk_lenovo.api.client import NOT_FOUND, SEVERAL, Api, Role, VendorError, error_in, rows_of
from servicedesk_lenovo.devices import asked_as
from servicedesk_lenovo.lookup.codes import Codes
from servicedesk_lenovo.lookup.match import rows_by_device
from servicedesk_lenovo.lookup.rows import codes_in, found

LEFT_OUT = "Lenovo left it out of its answer."


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks what is covered.

    Attributes:
        api: The vendor's interface.
        codes: What warranty codes mean.
        clock: The time.
        batch: Devices in one question.
        questions_again: Devices left out of an answer that are asked for again, for each batch.
    """

    api: Api
    codes: Codes
    clock: Clock
    batch: int
    questions_again: int

    async def results(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Yield one result for each device.

        Raises:
            AuthenticationError: The ClientID was refused.
            ConnectorError: Nothing could be asked at all.
        """
        anything = False
        for start in range(0, len(devices), self.batch):
            batch = devices[start : start + self.batch]
            try:
                results = await self._batch(batch)
            except (AuthenticationError, PermissionDeniedError):
                raise
            except ConnectorError as error:
                if not anything and isinstance(error, TransientError):
                    raise
                results = [_failed(device, error.message) for device in batch]
            for result in results:
                yield result
            anything = True

    async def _batch(self, devices: Sequence[DeviceRef]) -> list[EntitlementResult]:
        """Ask for some devices at once, and once more for those that the answer says nothing about."""
        body = await self._ask(devices)
        if len(devices) == 1:
            return [await self._single(devices[0], body)]
        if error_in(body) is not None:  # one error in place of the list: somewhere in it is a bad number
            middle = len(devices) // 2
            return [*await self._batch(devices[:middle]), *await self._batch(devices[middle:])]
        answered = rows_by_device(devices, _rows(body))
        await self._learn([row for rows in answered.values() for row in rows])
        results: list[EntitlementResult] = []
        again = self.questions_again
        for device, rows in answered.items():
            if rows:
                results.append(self._result(device, rows))
            elif again > 0:
                again -= 1
                results.append(await self._once_more(device))
            else:
                results.append(_failed(device, LEFT_OUT))
        return results

    async def _once_more(self, device: DeviceRef) -> EntitlementResult:
        try:
            return await self._single(device, await self._ask([device]))
        except AuthenticationError:
            raise
        except ConnectorError as error:
            return _failed(device, f"{LEFT_OUT} {error.message}")

    async def _single(self, device: DeviceRef, body: Any) -> EntitlementResult:
        """Read the answer to a question about one device; an error in it needs no serial number."""
        error = error_in(body)
        if error is not None:
            return _refused(device, error)
        rows = rows_by_device([device], _rows(body))[device]
        await self._learn(rows)
        return self._result(device, rows) if rows else _failed(device, LEFT_OUT)

    def _result(self, device: DeviceRef, answered: Sequence[Mapping[str, Any]]) -> EntitlementResult:
        rows = [row for row in answered if _tells(row)] or answered[:1]
        if len(rows) > 1:
            if any(row.get("Product") != rows[0].get("Product") for row in rows):
                return _ambiguous(device)
            return _failed(device, "Lenovo answered twice, and differently.")
        error = error_in(rows[0])
        if error is not None:
            return _refused(device, error)
        return found(device, rows[0], self.codes, self.clock.now().date())

    async def _learn(self, rows: Sequence[Mapping[str, Any]]) -> None:
        await self.codes.learn([code for row in rows for code in codes_in(row)], self.clock.now())

    async def _ask(self, devices: Sequence[DeviceRef]) -> Any:
        serials = ",".join(asked_as(device) for device in devices)
        if len(devices) == 1:
            return await self.api.get(Role.WARRANTY, "warranty", {"Serial": serials})
        return await self.api.post_form(Role.WARRANTY, "warranty", {"Serial": serials})


def _tells(row: Mapping[str, Any]) -> bool:
    """Return whether a row says anything of its machine; a blank one may stand beside one that does."""
    return any(value for name, value in row.items() if name not in ("Serial", "Product"))


def _rows(body: Any) -> Sequence[Mapping[str, Any]]:
    rows = rows_of(body)
    if rows is None:
        raise ProtocolError("Lenovo's answer is neither a machine nor a list of machines.")
    return rows


def _refused(device: DeviceRef, error: VendorError) -> EntitlementResult:
    if error.code == NOT_FOUND:
        return EntitlementResult(
            device=device, outcome=LookupOutcome.NOT_FOUND, reason="Lenovo knows no machine with this serial number."
        )
    if error.code == SEVERAL:
        return _ambiguous(device)
    return _failed(device, f"Lenovo answered with error {error.code if error.code is not None else 'without a code'}.")


def _ambiguous(device: DeviceRef) -> EntitlementResult:
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.AMBIGUOUS,
        reason="Several machines have this serial number; the machine type tells which one is meant.",
        supply=("machine_type",),
    )


def _failed(device: DeviceRef, reason: str) -> EntitlementResult:
    return EntitlementResult(device=device, outcome=LookupOutcome.FAILED, reason=reason)
