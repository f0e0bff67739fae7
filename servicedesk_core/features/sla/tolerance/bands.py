"""Tickets by how long something took, and what became of their clients. Pure; as large as there are clients."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.tolerance.model import Tolerated

_HOUR_S: Final = 3600
LIMITS_S: Final = tuple(round(hours * _HOUR_S) for hours in (0.5, 1, 2, 4, 8, 16, 40))
"""Where one length of time ends and the next begins."""

Client = tuple[int, str]


class Told(NamedTuple):
    """What is known of a resolved ticket; ``None`` = nothing.

    Attributes:
        client: Its client.
        rating: Mean of what its surveys say.
        came_back: Whether the client came back with the same; ``None`` too as long as that may still be.
        is_active: Whether the client is still one.
    """

    client: Client | None
    rating: float | None
    came_back: bool | None
    is_active: bool | None


@dataclass(slots=True)
class _Band:
    tickets: int = 0
    rated: int = 0
    ratings: float = 0
    watched: int = 0
    back: int = 0
    clients: dict[Client, bool] = field(default_factory=dict)

    def take(self, one: Told) -> None:
        self.tickets += 1
        if one.rating is not None:
            self.rated += 1
            self.ratings += one.rating
        if one.came_back is not None:
            self.watched += 1
            self.back += one.came_back
        if one.client is not None and one.is_active is not None:
            self.clients[one.client] = one.is_active


class Bands:
    """Tickets by how long each promise took."""

    def __init__(self) -> None:
        self._bands: dict[tuple[Clock, int], _Band] = {}

    def take(self, clock: Clock, took_s: float, one: Told) -> None:
        """Add a ticket."""
        self._bands.setdefault((clock, bisect_left(LIMITS_S, took_s)), _Band()).take(one)

    def rows(self) -> Iterator[Tolerated]:
        """Yield what was added, shortest times first."""
        for (clock, at), band in sorted(self._bands.items(), key=lambda one: ([*Clock].index(one[0][0]), one[0][1])):
            yield Tolerated(
                clock=clock.value,
                over_s=LIMITS_S[at - 1] if at else 0,
                up_to_s=LIMITS_S[at] if at < len(LIMITS_S) else None,
                tickets=band.tickets,
                rating=round(band.ratings / band.rated, 2) if band.rated else None,
                rated=band.rated,
                back_percent=_percent(band.back, band.watched),
                watched=band.watched,
                active_percent=_percent(sum(band.clients.values()), len(band.clients)),
                clients=len(band.clients),
            )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
