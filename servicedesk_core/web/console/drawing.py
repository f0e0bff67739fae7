"""Numbers in a row as the shapes of an SVG: the server draws, so that nothing has to run in a browser."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH = 300
HEIGHT = 60


@dataclass(frozen=True, slots=True)
class Line:
    """Lines through numbers, with a gap where a number is not known.

    Attributes:
        pieces: Points of each piece, as a polyline has them.
        dots: Places of numbers that stand alone.
        goal: How far down the goal is; ``None`` = there is none.
    """

    pieces: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    goal: float | None


def line(values: Sequence[float | None], goal: float | None = None) -> Line:
    """Return the line through numbers, the lowest at the bottom; what is held against zero is drawn from zero.

    Args:
        values: The numbers at equal steps; ``None`` = not known.
        goal: What they are held against.
    """
    known = [value for value in (*values, goal) if value is not None]
    low, high = min(0, *known, 0), max(0, *known, 0)
    reach = (high - low) or 1
    step = WIDTH / max(len(values) - 1, 1)

    def down(value: float) -> float:
        return round(HEIGHT - (value - low) / reach * HEIGHT, 1)

    places = [(round(at * step, 1), None if value is None else down(value)) for at, value in enumerate(values)]
    runs = [list(run) for is_known, run in groupby(places, key=lambda place: place[1] is not None) if is_known]
    return Line(
        pieces=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple((x, y) for run in runs if len(run) == 1 for x, y in run if y is not None),
        goal=None if goal is None else down(goal),
    )


def shares(values: Iterable[float | None]) -> tuple[float, ...]:
    """Return how long the bar of each number is, as a percentage of the longest; nothing below zero has one."""
    lengths = [max(value or 0, 0) for value in values]
    longest = max(lengths, default=0)
    return tuple(round(100 * one / longest, 1) if longest else 0.0 for one in lengths)
