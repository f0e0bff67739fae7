"""KPIs: figures with everything that it takes to open them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

M_co = TypeVar("M_co", bound=Callable[..., Any], covariant=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured.

    Attributes:
        value: The figure; ``None`` = there is nothing to measure.
        numerator: What was counted for it.
        denominator: What it was divided by; ``None`` = it is no ratio.
        excluded: What was left out of it, by reason.
        sample: How many records stand behind it.
        records: The filter that lists exactly these records; ``None`` where no filter says it.
    """

    value: float | None
    numerator: int
    denominator: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    sample: int = 0
    records: Any = None


@dataclass(frozen=True, slots=True)
class Kpi(Generic[M_co]):
    """A figure, declared once for every page, list and check.

    Attributes:
        name: Its name, words joined with hyphens.
        title: Its title, with its limit.
        about: What exactly is measured.
        measure: Measures it: given a transaction, the instant, a filter and a scope it returns a :class:`Measure`.
        unit: What the value counts.
        better: Whether less of it is better, or more.
        goal: The value that is wanted; ``None`` = nobody said.
    """

    name: str
    title: str
    about: str
    measure: M_co
    unit: str = "tickets"
    better: Literal["less", "more"] = "less"
    goal: float | None = None
