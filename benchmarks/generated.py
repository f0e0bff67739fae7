"""A vendor with any number of tickets that it does not have: each page is made from one real page of the sandbox.

For measurements of size, where neither seeding nor keeping half a million tickets may cost the vendor's process time.
Tickets come at an even rate over five years; the newest hundredth is open.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

Ask = Callable[[bytes], Awaitable[bytes]]
"""Sends the body of a ticket query to the sandbox and returns its answer."""

NEW, COMPLETE = 1, 5
_YEARS = timedelta(days=5 * 365)
_OPEN_SHARE = 0.01


class GeneratedTickets:
    """Answers queries and counts on tickets.

    Args:
        total: How many tickets there are; their ids are 1 to ``total``.
        now: Creation of the newest.
        ask: Where the first page comes from.
    """

    def __init__(self, total: int, now: datetime, ask: Ask) -> None:
        self._total = total
        self._step = _YEARS / total
        self._oldest = now - _YEARS
        self._first_open = total - int(total * _OPEN_SHARE) + 1
        self._ask = ask
        self._rows: list[dict[str, Any]] = []

    async def answer(self, path: str, body: bytes) -> bytes | None:
        """Return an answer, or ``None`` when the question is none about tickets."""
        if not path.endswith(("tickets/query", "tickets/query/count")):
            return None
        search = orjson.loads(body)
        first, last = self._bounds(search["filter"])
        if path.endswith("count"):
            return orjson.dumps({"queryCount": max(0, last - first + 1)})
        if not self._rows:
            page = await self._ask(orjson.dumps({"filter": [{"op": "exist", "field": "id"}], "maxRecords": 500}))
            self._rows = orjson.loads(page)["items"]
        end = min(last, first + search.get("maxRecords", 500) - 1)
        items = [self._row(number) for number in range(first, end + 1)]
        if fields := search.get("includeFields"):
            items = [{name: item.get(name) for name in fields} for item in items]
        details = {"count": len(items), "requestCount": 500, "prevPageUrl": None, "nextPageUrl": None}
        return orjson.dumps({"items": items, "pageDetails": details})

    def _row(self, number: int) -> dict[str, Any]:
        stamp = _text(self._created(number))
        return self._rows[number % len(self._rows)] | {
            "id": number,
            "ticketNumber": f"T{number:010}",
            "createDate": stamp,
            "lastActivityDate": stamp,
            "lastTrackedModificationDateTime": stamp,
            "status": NEW if number >= self._first_open else COMPLETE,
        }

    def _created(self, number: int) -> datetime:
        return self._oldest + self._step * number

    def _bounds(self, conditions: list[Mapping[str, Any]]) -> tuple[int, int]:
        """Return the first and the last id that meet all conditions; every condition is one on the order of ids."""
        first, last = 1, self._total
        for one in conditions:
            field, operator, value = one.get("field"), one["op"], one.get("value")
            if field == "status" and operator == "in":  # what is done
                last = min(last, self._first_open - 1)
            elif field == "status":
                first = max(first, self._first_open)
            elif field == "createDate":
                since = (datetime.fromisoformat(str(value)) - self._oldest) / self._step
                edge = int(since) if since == int(since) else int(since) + 1
                first, last = (max(first, edge), last) if operator == "gte" else (first, min(last, edge - 1))
            elif field == "id" and value is not None:
                edge = int(value)
                first = max(first, {"gt": edge + 1, "gte": edge}.get(operator, first))
                last = min(last, {"lt": edge - 1, "lte": edge}.get(operator, last))
            elif operator == "or":  # what changed lately: nothing
                last = 0
        return first, last


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
