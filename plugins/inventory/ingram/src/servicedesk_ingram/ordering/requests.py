"""From an order of parts to what Ingram Micro is sent; pure."""

from collections.abc import Iterator
from typing import Any

from servicedesk_core.domain.logistics import Address
from servicedesk_core.domain.parts import OrderRequest, order_number
from servicedesk_core.hooks import Write, WriteProblem

_LONGEST_PART = 18
_MOST_LINES = 999
"""Our number of a line has three characters there."""
_LONGEST_OF_PLACE = {
    "companyName": 40, "addressLine1": 70, "addressLine2": 70, "addressLine3": 70, "city": 25, "state": 3,
    "postalCode": 10,
}  # fmt: skip
_MOST_ADDRESS_LINES = 3


def problems(write: Write) -> Iterator[WriteProblem]:
    """Yield why Ingram Micro would refuse an order; texts of the order are not repeated."""
    try:
        request = OrderRequest.of(write.values)
    except ValueError:
        yield WriteProblem("lines", "These are no lines of an order.")
        return
    if len(request.lines) > _MOST_LINES:
        yield WriteProblem("lines", f"An order has at most {_MOST_LINES} lines.")
    for line in request.lines:
        if line.quantity != int(line.quantity):
            yield WriteProblem("lines", f"Line {line.number}: only whole pieces can be ordered.")
        if len(line.part_number) > _LONGEST_PART:
            yield WriteProblem(
                "lines",
                f"Line {line.number}: Ingram Micro's own part number has at most {_LONGEST_PART} characters.",
                hint="It is the number that 'servicedesk parts find' shows as theirs.",
            )
    if request.ship_to is not None:
        yield from _problems_of_place(request.ship_to)


def _problems_of_place(place: Address) -> Iterator[WriteProblem]:
    if len(place.lines) > _MOST_ADDRESS_LINES:
        yield WriteProblem("ship_to", f"An address has at most {_MOST_ADDRESS_LINES} lines.")
    for name, value in _place(place).items():
        most = _LONGEST_OF_PLACE.get(name)
        if most is not None and len(value) > most:
            yield WriteProblem("ship_to", f"{name} has at most {most} characters.")


def body_of(write: Write, ship_to_id: str | None) -> dict[str, Any]:
    """Return the body that places an order.

    Args:
        write: An order without problems.
        ship_to_id: Ingram Micro's id of the address to which goods go unless the order says otherwise.
    """
    request = OrderRequest.of(write.values)
    body: dict[str, Any] = {
        "customerOrderNumber": order_number(write.id),
        "acceptBackOrder": request.takes_back_orders,
        "lines": [
            {
                "customerLineNumber": str(line.number),
                "ingramPartNumber": line.part_number,
                "quantity": int(line.quantity),
            }
            for line in request.lines
        ],
    }
    if request.note:
        body["notes"] = request.note
    if request.ship_to is not None:
        body["shipToInfo"] = _place(request.ship_to)
    elif ship_to_id:
        body["shipToInfo"] = {"addressId": ship_to_id}
    return body


def _place(place: Address) -> dict[str, str]:
    told = {
        "companyName": place.name,
        **{f"addressLine{n}": text for n, text in enumerate(place.lines[:_MOST_ADDRESS_LINES], 1)},
        "city": place.city,
        "state": place.region,
        "postalCode": place.postal_code,
        "countryCode": place.country,
    }
    return {name: value for name, value in told.items() if value}
