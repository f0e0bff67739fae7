"""From an RMA as Cisco shows it to how a claim stands.

Where replacement and return stand is told by the lines, not by the word at the top of the order.
"""

from decimal import Decimal, InvalidOperation

from servicedesk_cisco.api.client import Row, rows, text
from servicedesk_cisco.meaning.days import day, instant, start_of
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimReport,
    ClaimStatus,
    ClaimStep,
    PartReturn,
    ReturnState,
    VendorReference,
    Visit,
)

_FINAL = {"closed": ClaimStatus.CLOSED, "cancelled": ClaimStatus.CANCELLED}
_OPEN = frozenset({"open", "booked", "hold"})
"""Cisco gives a number to what it has decided to replace: such an order is approved, whatever it waits for."""
_SENT = "DISPATCHED"
_MOST_PIECES = 1_000_000


def report(ref: str, rma: Row) -> ClaimReport:
    """Return how a claim stands.

    Args:
        ref: By which it is asked for.
        rma: The vendor's record.
    """
    word = text(rma.get("status"))
    lines, returns = _sent_lines(rma), _returns(rma)
    ordered_at = start_of(rma.get("orderDate"))
    return ClaimReport(
        ref=ref,
        other_refs=_references(rma),
        status=_status((word or "").lower(), returns, is_sent=any(_is_sent(line) for line in lines)),
        vendor_status=word,
        shipments=tuple(_shipment(rma, line) for line in lines),
        visits=_visits(rma),
        returns=returns,
        history=(ClaimStep(at=ordered_at, vendor_status="Ordered", status=ClaimStatus.APPROVED),) if ordered_at else (),
        raw=dict(rma),
    )


def _status(word: str, returns: tuple[PartReturn, ...], *, is_sent: bool) -> ClaimStatus | None:
    if word in _FINAL:
        return _FINAL[word]
    if word not in _OPEN:
        return None
    if is_sent:
        if not returns:
            return ClaimStatus.IN_FULFILMENT
        back = all(part.state is ReturnState.RECEIVED for part in returns)
        return ClaimStatus.RETURN_RECEIVED if back else ClaimStatus.AWAITING_RETURN
    return ClaimStatus.APPROVED


def _sent_lines(rma: Row) -> list[Row]:
    """Return the lines of replacements that name a part or a day."""
    lines = rows(_part(rma, "replacementParts").get("partsLineDetails"))
    return [line for line in lines if text(line.get("shippedPartNo")) or _is_sent(line)]


def _is_sent(line: Row) -> bool:
    return start_of(line.get("partsShipDate")) is not None or text(line.get("partsDispatchStatus")) == _SENT


def _shipment(rma: Row, line: Row) -> Shipment:
    tracking = _part(_part(rma, "replacementParts"), "trackingInfo")
    return Shipment(
        carrier=text(tracking.get("courierList")),
        tracking=text(tracking.get("trackingNumber")),
        shipped_at=start_of(line.get("partsShipDate")),
        part_number=text(line.get("shippedPartNo")),
        serial_number=text(line.get("shippedSerialID")),
        quantity=amount(line.get("partsqtyShipped")) or amount(line.get("partsQtyAuth")) or None,
    )


def _part(record: Row, name: str) -> Row:
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def _returns(rma: Row) -> tuple[PartReturn, ...]:
    return tuple(
        PartReturn(
            state=_return_state(expected, received),
            due_on=day(line.get("returnToCiscoBy")),
            expected_quantity=expected or None,
            received_quantity=received,
            received_at=start_of(line.get("returnDateReceived")),
            received_serial_number=text(line.get("receivedSerialNumber")),
        )
        for line in rows(_part(rma, "returnLines").get("returnParts"))
        if (expected := amount(line.get("returnQtyAuth"))) or day(line.get("returnToCiscoBy"))
        for received in (amount(line.get("reqturnQtyReceived")),)  # Cisco's own spelling
    )


def _return_state(expected: Decimal, received: Decimal) -> ReturnState:
    if received <= 0:
        return ReturnState.DUE
    return ReturnState.RECEIVED if received >= expected else ReturnState.PARTLY_RECEIVED


def _visits(rma: Row) -> tuple[Visit, ...]:
    labour = _part(rma, "laborDetails")
    engineer = text(labour.get("fieldEngineerName"))
    words = [word for line in rows(labour.get("laborLines")) if (word := text(line.get("laborStatus")))]
    if engineer is None and not words:
        return ()
    return (
        Visit(
            starts_at=instant(labour.get("fieldEngineerArrivedTime")),
            ends_at=instant(labour.get("fieldEngineerReleasedTime")),
            engineer=engineer,
            vendor_status=words[0] if words else None,
        ),
    )


def _references(rma: Row) -> tuple[VendorReference, ...]:
    named = {"RMA": rma.get("rmaNo"), "case": rma.get("caseId"), "contract": rma.get("contractId")}
    return tuple(VendorReference(kind=kind, value=value) for kind, one in named.items() if (value := text(one)))


def amount(value: object) -> Decimal:
    """Return a quantity; Cisco sends them as texts, and "" for none. What is no number of pieces counts as none."""
    try:
        found = Decimal(text(value) or "0")
    except InvalidOperation:
        return Decimal()
    return found if found.is_finite() and 0 < found <= _MOST_PIECES and found % 1 == 0 else Decimal()
