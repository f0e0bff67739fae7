"""What came of an order that was placed; pure.

A success may have refused lines in it, whatever its status, and one order of ours may have become several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from servicedesk_core.domain.parts import OrderRequest, RequestedLine
from servicedesk_ingram.api.profile import messages_in
from servicedesk_ingram.values import Row, key, number, price, rows, text


@dataclass(frozen=True, slots=True)
class Placed:
    """What the vendor took.

    Attributes:
        orders: Its numbers of the orders, in order; empty when it took nothing.
        refused: What it did not take, or not as it was wanted; a sentence for each line, or what it says instead.
        late: What comes later; a sentence for each line.
        is_refused: Whether it took nothing and says why. An error beside a line that it took refuses nothing.
    """

    orders: tuple[str, ...]
    refused: tuple[str, ...]
    late: tuple[str, ...]
    is_refused: bool


def placed(answer: Any, request: OrderRequest) -> Placed:
    """Return what an answer says became of an order.

    Args:
        answer: Decoded JSON.
        request: What was ordered.
    """
    orders = rows(answer.get("orders")) if isinstance(answer, Mapping) else []
    taken = [(order, line) for order in orders for line in rows(order.get("lines"))]
    rejected = [line for order in orders for line in rows(order.get("rejectedLineItems"))]
    refused, late = [], []
    for wanted in request.lines:
        named = f"Line {wanted.number}, {wanted.name or wanted.part_number}"
        own = [(order, line) for order, line in taken if _is_of(line, wanted, request)]
        reasons = list(_reasons(wanted, own, [line for line in rejected if _is_of(line, wanted, request)]))
        if reasons:
            refused.append(f"{named}: {'; '.join(reasons)}.")
        waiting = sum((number(line.get("quantityBackOrdered")) or 0) for _, line in own)
        if waiting:
            late.append(f"{named}: {waiting:f} come later.")
    numbers = sorted({ref for order in orders if (ref := key(order.get("ingramOrderNumber")))})
    errors = () if taken or rejected or numbers else tuple(messages_in(answer))
    is_refused = bool(rejected or errors) and not taken
    return Placed(tuple(numbers), errors or tuple(refused), tuple(late), is_refused=is_refused)


def _reasons(wanted: RequestedLine, taken: list[tuple[Row, Row]], rejected: list[Row]) -> Iterator[str]:
    for line in rejected:
        told = [" ".join((text(line.get(name)) or "").split()) for name in ("rejectReason", "rejectCode")]
        yield next(filter(None, told), "refused")
    if not taken:
        if not rejected:
            yield "the answer does not say what became of it"
        return
    counts = [number(line.get("quantityOrdered")) for _, line in taken]
    if None not in counts and not rejected and (total := sum(filter(None, counts))) != wanted.quantity:
        yield f"{total:f} instead of {wanted.quantity:f} were taken"
    for order, line in taken:
        paid, paid_in = price(line.get("unitPrice")), text(order.get("currencyCode"))
        if paid is None or wanted.unit_cost is None or (paid_in or wanted.currency) != wanted.currency:
            continue
        if paid != wanted.unit_cost:
            yield f"taken at {paid:f} instead of {wanted.unit_cost:f} {wanted.currency}"


def _is_of(line: Row, wanted: RequestedLine, request: OrderRequest) -> bool:
    """Return whether a line is about a wanted one: by our number of it, unless its part is that of another line.

    In the vendor's own example the lines that it refuses are counted anew.
    """
    part = key(line.get("ingramPartNumber"))
    told = key(line.get("customerLineNumber")) or key(line.get("customerLinenumber")) or ""  # in both spellings
    same = [one.number for one in request.lines if one.part_number == part]
    if told.strip().isdecimal() and (not same or int(told) in same):
        return int(told) == wanted.number
    return wanted.number in same
