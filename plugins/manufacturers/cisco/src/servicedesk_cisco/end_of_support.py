"""When Cisco ends support of a product (EoX); added to what was looked up."""

from collections.abc import Sequence

from servicedesk_cisco.api.client import Api, Row, rows, text
from servicedesk_cisco.api.errors import error_in
from servicedesk_cisco.meaning.days import day
from servicedesk_core.domain.warranty import EntitlementResult, LookupOutcome
from servicedesk_core.errors import AuthenticationError, ConnectorError
from servicedesk_core.hooks import LogSink

EOX = "supporttools/eox/rest/5/EOXBySerialNumber/1"
SERIALS_PER_REQUEST = 20


async def support_ends(api: Api, results: Sequence[EntitlementResult], log: LogSink) -> list[EntitlementResult]:
    """Return results with the last day of support where Cisco announced one.

    Trouble here never spoils a look-up: the results then stay as they are.

    Args:
        api: The vendor's interface.
        results: What was looked up.
        log: Told when it cannot be had.

    Raises:
        AuthenticationError: The credentials were refused.
    """
    known = [result for result in results if result.outcome is LookupOutcome.FOUND]
    announced: dict[str, Row] = {}
    for start in range(0, len(known), SERIALS_PER_REQUEST):
        serials = {result.device.serial_number for result in known[start : start + SERIALS_PER_REQUEST]}
        try:
            body = await api.get(EOX, *sorted(serials))
        except AuthenticationError:
            raise
        except ConnectorError as error:
            log.warning("Cisco's end of support could not be had (%s); the look-up goes on without it", error.code)
            continue
        if error_in(body) is None:
            announced |= _by_serial(body, serials)
    return [_with(result, announced.get(result.device.serial_number)) for result in results]


def _by_serial(body: object, serials: set[str]) -> dict[str, Row]:
    records = rows(body.get("EOXRecord")) if isinstance(body, dict) else []
    found: dict[str, Row] = {}
    for record in records:
        if error_in(record) is None:
            # One record may stand for several serial numbers of one product.
            asked = (text(record.get("EOXInputValue")) or "").upper().split(",")
            found |= {serial.strip(): record for serial in asked if serial.strip() in serials}
    return found


def _with(result: EntitlementResult, record: Row | None) -> EntitlementResult:
    last = record.get("LastDateOfSupport") if record else None
    until = day(last.get("value")) if isinstance(last, dict) else None
    if record is None or until is None:
        return result
    return result.model_copy(update={"supported_until": until, "raw": {**result.raw, "EOXRecord": dict(record)}})
