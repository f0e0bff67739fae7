"""Looking devices up, one request each."""

from collections.abc import AsyncIterator, Collection, Sequence
from urllib.parse import quote

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    NotFoundError,
    PermissionDeniedError,
    TransientError,
)
from servicedesk_core.hooks import Clock
from servicedesk_core.http import HttpClient
from servicedesk_hpe.lookup.rows import result_for, unanswered
from servicedesk_hpe.profile import ROUTE


async def results(
    client: HttpClient, devices: Sequence[DeviceRef], hardware_levels: Collection[str], clock: Clock
) -> AsyncIterator[EntitlementResult]:
    """Yield one result for each device.

    Args:
        client: The vendor's interface.
        devices: What to ask for.
        hardware_levels: Service levels that cover the hardware.
        clock: The time.

    Raises:
        AuthenticationError: The credentials were refused.
        ConnectorError: Nothing could be asked at all.
    """
    anything = False
    for device in devices:
        try:
            yield await _one(client, device, hardware_levels, clock)
        except AuthenticationError:
            raise
        except TransientError as error:
            if not anything:
                raise
            yield unanswered(device, LookupOutcome.FAILED, error.message)
        except ConnectorError as error:
            yield unanswered(device, LookupOutcome.FAILED, error.message)
        anything = True


async def _one(
    client: HttpClient, device: DeviceRef, hardware_levels: Collection[str], clock: Clock
) -> EntitlementResult:
    names = [device.serial_number, *([device.product_number] if device.product_number else ())]
    try:
        answer = await client.get("/".join((ROUTE, *(quote(name, safe="") for name in names))))
    except NotFoundError:
        return unanswered(device, LookupOutcome.NOT_FOUND, "HPE knows no device with this serial number.")
    except PermissionDeniedError as error:
        return unanswered(device, LookupOutcome.DENIED, error.message)
    return result_for(device, answer.json(), hardware_levels, clock.now().date())
