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


def report(ref: str, rma: Row) -> ClaimReport:
    """Return how a claim stands.

    Args:
        ref: By which it is asked for.
        rma: The vendor's record.
    """
    word = text(rma.get("status"))
    shipments, returns = _shipments(rma), _returns(rma)
    ordered_at = start_of(rma.get("orderDate"))
    return ClaimReport(
        ref=ref,
        other_refs=_references(rma),
        status=_status((word or "").lower(), shipments, returns),
        vendor_status=word,
        shipments=shipments,
        visits=_visits(rma),
        returns=returns,
        history=(ClaimStep(at=ordered_at, vendor_status="Ordered", status=ClaimStatus.APPROVED),) if ordered_at else (),
        raw=dict(rma),
    )


def _status(word: str, shipments: tuple[Shipment, ...], returns: tuple[PartReturn, ...]) -> ClaimStatus | None:
    if word in _FINAL:
        return _FINAL[word]
    if word not in _OPEN:
        return None
    if any(shipment.shipped_at for shipment in shipments):
        if not returns:
            return ClaimStatus.IN_FULFILMENT
        back = all(part.state is ReturnState.RECEIVED for part in returns)
        return ClaimStatus.RETURN_RECEIVED if back else ClaimStatus.AWAITING_RETURN
    return ClaimStatus.UNDER_REVIEW


def _shipments(rma: Row) -> tuple[Shipment, ...]:
    parts = rma.get("replacementParts")
    if not isinstance(parts, dict):
        return ()
    tracking = parts.get("trackingInfo")
    tracking = tracking if isinstance(tracking, dict) else {}
    return tuple(
        Shipment(
            carrier=text(tracking.get("courierList")),
            tracking=text(tracking.get("trackingNumber")),
            shipped_at=start_of(line.get("partsShipDate")),
            part_number=text(line.get("shippedPartNo")),
            serial_number=text(line.get("shippedSerialID")),
            quantity=amount(line.get("partsqtyShipped")) or amount(line.get("partsQtyAuth")) or None,
        )
        for line in rows(parts.get("partsLineDetails"))
        if text(line.get("shippedPartNo")) or start_of(line.get("partsShipDate"))
    )


def _returns(rma: Row) -> tuple[PartReturn, ...]:
    lines = rma.get("returnLines")
    return tuple(
        PartReturn(
            state=_return_state(expected, received),
            due_on=day(line.get("returnToCiscoBy")),
            expected_quantity=expected or None,
            received_quantity=received,
            received_at=start_of(line.get("returnDateReceived")),
            received_serial_number=text(line.get("receivedSerialNumber")),
        )
        for line in rows(lines.get("returnParts") if isinstance(lines, dict) else None)
        if (expected := amount(line.get("returnQtyAuth"))) or day(line.get("returnToCiscoBy"))
        for received in (amount(line.get("reqturnQtyReceived")),)  # Cisco's own spelling
    )


def _return_state(expected: Decimal, received: Decimal) -> ReturnState:
    if received <= 0:
        return ReturnState.DUE
    return ReturnState.RECEIVED if received >= expected else ReturnState.PARTLY_RECEIVED


def _visits(rma: Row) -> tuple[Visit, ...]:
    labour = rma.get("laborDetails")
    if not isinstance(labour, dict):
        return ()
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
    """Return a quantity; Cisco sends them as texts, and "" for none."""
    try:
        return (
            Decimal(value.strip())
            if isinstance(value, str)
            else Decimal(value)
            if isinstance(value, int)
            else Decimal()
        )
    except InvalidOperation:
        return Decimal()
