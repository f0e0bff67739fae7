"""How many there are: worked out from all moves, each time it is asked."""

from collections.abc import Mapping
from typing import Any

from servicedesk_tryton.sandbox.records import Records


class Counting:
    """Counts what lies at places.

    Args:
        records: The records.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, what: str, ref: int, context: Mapping[str, Any], *, forecast: bool = False) -> float:
        """Return how many of a product, or of a lot, lie at the places that the context names.

        Args:
            what: ``product`` or ``lot``.
            ref: Its id.
            context: ``locations``, ``with_childs``, ``stock_assign``.
            forecast: Whether what is planned is counted too.
        """
        places = set(context.get("locations") or ())
        if context.get("with_childs", len(places) == 1):
            places |= {one for place in places for one in self._below(place)}
        planned = {"draft", "assigned"} if forecast else set()
        comes = {"done", *planned}
        goes = {*comes, *({"assigned"} if context.get("stock_assign") else ())}
        total = 0.0
        for move in self._records.all("stock.move", **{what: ref}):
            starts, ends = move["from_location"] in places, move["to_location"] in places
            if ends and not starts and move["state"] in comes:
                total += move["internal_quantity"]
            if starts and not ends and move["state"] in goes:
                total -= move["internal_quantity"]
        return round(total, 6)

    def at(self, place: int, context: Mapping[str, Any]) -> float | None:
        """Return how many of the context's product lie at a place; ``None`` when it names none."""
        if context.get("product") is None:
            return None
        here = {**context, "locations": [place], "with_childs": context.get("with_childs", True)}
        return self.of("product", context["product"], here)

    def _below(self, place: int) -> list[int]:
        own = [row["id"] for row in self._records.all("stock.location", parent=place)]
        return [*own, *(one for below in own for one in self._below(below))]
