"""KPIs: figures with everything that it takes to open them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import KpiError, ServiceDeskError
from servicedesk_core.faces.column import Column
from servicedesk_core.faces.namespace import Desk, Namespace
from servicedesk_core.faces.page import Page, Sort, piece
from servicedesk_core.faces.query import Query, query

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

    async def of(self, desk: Desk, /, at: datetime | None = None, among: Any = None, *, scope: Any = None) -> Measure:
        """Measure it on a desk, which is what ``desk.call(KPI)`` does.

        Args:
            desk: The desk.
            at: The instant; ``None`` = the present.
            among: A filter of those records that are looked at; ``None`` = of all.
            scope: Only what it lets through.

        Raises:
            KpiError: It cannot be measured.
            NotPermittedError: Whoever acts may not read.
        """
        scope = desk.permitted(Capability.READ, self.name, scope)
        return await desk.store.read(lambda tx: measured(self, tx, at or desk.clock.now(), among, scope))


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI with what was measured."""

    name: Annotated[str, Column("Name of the KPI.", shown=False)]
    title: Annotated[str, Column("Its title, with its limit.", "Figure")]
    value: Annotated[float | None, Column("What was measured; nothing = there is nothing to measure.")]
    unit: Annotated[str, Column("What the value counts.")]
    numerator: Annotated[int, Column("What was counted for it.", shown=False)]
    denominator: Annotated[int | None, Column("What it was divided by; nothing = it is no ratio.", "Of", spare=2)]
    excluded: Annotated[Mapping[str, int], Column("What was left out of it, by reason.", shown=False)]
    sample: Annotated[int, Column("How many records stand behind it.", shown=False)]
    goal: Annotated[float | None, Column("The value that is wanted; nothing = nobody said.", shown=False)]
    better: Annotated[str, Column("Whether less of it is better, or more.", shown=False)]
    about: Annotated[str, Column("What exactly is measured.", spare=1)]


def measured(kpi: Kpi[Any], tx: Any, at: datetime, among: Any, scope: Any) -> Measure:
    """Measure a KPI.

    Args:
        kpi: The KPI.
        tx: Any transaction.
        at: The instant.
        among: A filter of those records that are looked at; ``None`` = of all.
        scope: Only what it lets through.

    Raises:
        KpiError: It raised something, or did not return a measure.
    """
    try:
        found = kpi.measure(tx, at, among, scope)
    except ServiceDeskError:
        raise
    except Exception as error:
        message = f'The figure "{kpi.name}" cannot be measured: {type(error).__name__}.'
        raise KpiError(message, hint="Run it with --debug and tell whoever wrote it what that prints.") from error
    if not isinstance(found, Measure):
        message = f'The figure "{kpi.name}" was measured as a {type(found).__name__}, which is no Measure.'
        raise KpiError(message, hint="Tell whoever wrote it.")
    return found


def figures(kpis: Sequence[Kpi[Any]], tx: Any, at: datetime, scope: Any) -> tuple[Figure, ...]:
    """Return KPIs with what was measured; raises like :func:`measured`."""
    return tuple(
        Figure(
            name=kpi.name,
            title=kpi.title,
            value=found.value,
            unit=kpi.unit,
            numerator=found.numerator,
            denominator=found.denominator,
            excluded=found.excluded,
            sample=found.sample,
            goal=kpi.goal,
            better=kpi.better,
            about=kpi.about,
        )
        for kpi in kpis
        for found in (measured(kpi, tx, at, None, scope),)
    )


def list_of(name: str, kpis: Sequence[Kpi[Any]]) -> Query[..., Page[Figure]]:
    """Return the query that lists KPIs.

    Args:
        name: Its name.
        kpis: The KPIs.
    """

    def listed(
        namespace: Namespace[Any], tx: Any, *, at: datetime | None = None, sort: Sort = None, scope: Any = None
    ) -> Page[Figure]:
        """Show the figures of this feature, and what exactly each of them measures."""
        found = Page(figures(kpis, tx, at or namespace.desk.clock.now(), scope))
        return piece(found, Figure, by="name", sort=sort, after=None, limit=None) if sort else found

    found = query(name, about="The figures of the feature.")(listed)
    found.owner = Namespace
    return found
