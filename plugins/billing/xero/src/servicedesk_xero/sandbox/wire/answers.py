"""Answers as the Accounting API writes them: envelopes with a plural name, instants of its own kind, error bodies."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

from servicedesk_core.sandboxing import Refusal, Response, json_response

Row = dict[str, Any]
AMOUNTS: Final = frozenset({
    "Amount", "AmountCredited", "AmountDue", "AmountPaid", "AppliedAmount", "BankAmount", "CurrencyRate",
    "DiscountAmount", "DiscountRate", "DisplayTaxRate", "EffectiveRate", "LineAmount", "Quantity", "QuantityOnHand",
    "Rate", "RemainingCredit", "SubTotal", "TaxAmount", "Total", "TotalCostPool", "TotalTax", "UnitAmount", "UnitPrice",
})  # fmt: skip
"""Fields that are kept as digits and sent as doubles."""
_DAYS: Final = frozenset({"Date", "DueDate", "FullyPaidOnDate", "PeriodLockDate", "EndOfYearLockDate"})
_NAMED: Final = {"Organisation": "Organisations"}
"""Where the name in the answer is another one than in the address."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_INSTANTS: Final = frozenset({"UpdatedDateUTC", "CreatedDateUTC"})


def envelope(now: datetime, plural: str, rows: Sequence[Row], **more: Any) -> Response:
    """Return a successful answer with some records."""
    body = {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": "Sandbox",
        "DateTimeUTC": _ticks(now),
        **more,
        _NAMED.get(plural, plural): [shown(row) for row in rows],
    }
    return json_response(body)


def shown(value: Any) -> Any:
    """Return what is kept as it is sent: amounts are doubles, days and instants are ticks, days have a twin."""
    if isinstance(value, list):
        return [shown(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    told: Row = {}
    for name, one in value.items():
        if name.startswith("_"):  # the sandbox's own
            continue
        if name in AMOUNTS and isinstance(one, str) and _NUMBER.fullmatch(one):  # what was refused is repeated as it is
            told[name] = float(one)
        elif name in _DAYS and (day := day_of(one)) is not None:
            told[name] = _ticks(datetime.combine(day, time(), UTC))
            told[f"{name}String"] = f"{day.isoformat()}T00:00:00"
        elif name in _INSTANTS and isinstance(one, str):
            told[name] = _ticks(datetime.fromisoformat(one))
        else:
            told[name] = shown(one)
    return told


def invalid(elements: Sequence[Row]) -> Response:
    """Return the refusal of records, each with its ``ValidationErrors``."""
    body = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
    return json_response({**body, "Elements": [shown(one) for one in elements]}, 400)


def unauthorized(detail: str, status: int = 401) -> Refusal:
    """Return the refusal of whoever asks, in the shape of the gateway before the API."""
    title = "Unauthorized" if status == 401 else "Forbidden"  # noqa: PLR2004  # the two that it knows
    body = {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": str(uuid.uuid4())}
    return Refusal(json_response({**body, "Extensions": {}}, status))


def not_found() -> Refusal:
    """Return that there is no such record: plain text."""
    return Refusal(Response(404, b"The resource you're looking for cannot be found", "text/html; charset=utf-8"))


def malformed(kind: str, message: str, number: int = 14) -> Refusal:
    """Return the refusal of a request as a whole."""
    return Refusal(json_response({"ErrorNumber": number, "Type": kind, "Message": message}, 400))


def day_of(value: object) -> date | None:
    """Return a day that was sent, as a date, an instant or ticks; ``None`` when it is none."""
    text = str(value)
    ticks = re.match(r"/Date\((-?\d+)", text)
    try:
        at = datetime.fromisoformat(text) if ticks is None else datetime.fromtimestamp(int(ticks[1]) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at.date()


def is_true(text: str | None) -> bool:
    """Return whether a parameter of the query says yes."""
    return (text or "").lower() == "true"


def _ticks(at: datetime) -> str:
    return f"/Date({int(at.timestamp() * 1000)}+0000)/"
