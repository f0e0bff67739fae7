"""When Cisco ends support of a product (EoX); added to what was looked up."""

from collections.abc import Iterator, Sequence
from datetime import date

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
    announced: dict[str, list[Row]] = {}
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
            for serial, record in _by_serial(body):
                announced.setdefault(serial, []).append(record)
    return [_with(result, announced.get(result.device.serial_number, ())) for result in results]


def _by_serial(body: object) -> Iterator[tuple[str, Row]]:
    for record in rows(body.get("EOXRecord")) if isinstance(body, dict) else ():
        if error_in(record) is None:
            # One record may stand for several serial numbers of one product, and one serial number have several.
            for serial in (text(record.get("EOXInputValue")) or "").upper().split(","):
                yield serial.strip(), record


def _with(result: EntitlementResult, records: Sequence[Row]) -> EntitlementResult:
    """Take the record of the device's own product, else the first; one without the day says nothing."""
    told = [record for record in records if _last_day(record) is not None]
    if not told:
        return result
    record = next((one for one in told if text(one.get("EOLProductID")) == result.product), told[0])
    until = _last_day(record)
    return result.model_copy(update={"supported_until": until, "raw": {**result.raw, "EOXRecord": dict(record)}})


def _last_day(record: Row) -> date | None:
    last = record.get("LastDateOfSupport")
    return day(last.get("value")) if isinstance(last, dict) else None
