"""KPIs: figures with everything that it takes to open them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Generic, Literal, Protocol, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import KpiError, ServiceDeskError
from servicedesk_core.faces.column import Column
from servicedesk_core.faces.measure import Goal, Measure, Period, Verdict
from servicedesk_core.faces.namespace import Desk, Namespace
from servicedesk_core.faces.page import Page, Sort, piece
from servicedesk_core.faces.queries import Query, query
from servicedesk_core.faces.sight import PeopleSight

LAST: Final = timedelta(days=30)
"""The period of a figure, up to an instant, where nobody names another one."""

M_co = TypeVar("M_co", bound=Callable[..., Any], covariant=True)


@dataclass(frozen=True, slots=True)
class Kpi(Generic[M_co]):
    """A figure, declared once for every page, list and check.

    Attributes:
        name: Its name, words joined with hyphens.
        title: Its title, with its limit.
        about: What exactly is measured.
        measure: Measures it: given a transaction, the instant, a filter and a scope it returns a :class:`Measure`. One
            over a period is given that in place of the instant.
        unit: What the value counts.
        better: Whether less of it is better, or more.
        goal: What is wanted; ``None`` = only goals of the service manager count.
        over: Whether it tells of an instant, or of a period.
        code: Its number in a catalogue that people agreed on.
        leads: Whether it warns of what is to come, or tells what came of it; ``None`` = neither.
        needs: What it takes to see it; who may not is told so in place of the figure.
        example: A worked example: what was counted, and what that makes.
        closer: Name of the figure that looks closer at the same: a list of all figures shows that one only.
        of_people: Whether its records are our people or their days, and not tickets, time or visits.
    """

    name: str
    title: str
    about: str
    measure: M_co
    unit: str = "tickets"
    better: Literal["less", "more"] = "less"
    goal: Goal | None = None
    over: Literal["instant", "period"] = "instant"
    code: str = ""
    leads: bool | None = None
    needs: Capability = Capability.READ
    example: str = ""
    closer: str = ""
    of_people: bool = False

    async def of(
        self, desk: Desk, /, at: datetime | Period | None = None, among: Any = None, *, scope: Any = None
    ) -> Measure:
        """Measure it on a desk, which is what ``desk.call(KPI)`` does; of other people it tells who may see them.

        Args:
            desk: The desk.
            at: The instant, or the period; ``None`` = the present, or the 30 days before it.
            among: A filter of those records that are looked at; ``None`` = of all.
            scope: Only what it lets through.

        Raises:
            KpiError: It cannot be measured.
            NotPermittedError: Whoever acts may not read.
        """
        scope = desk.permitted(Capability.READ, self.name, scope)
        when = at if isinstance(at, Period) else local(desk, at)
        kpi = on_desk(self, desk)
        found = await desk.store.read(lambda tx: measured(kpi, tx, when, among, scope, may=desk.may))
        return PeopleSight.of(desk, scope).told(found, self.over, of_people=self.of_people)


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI with what was measured."""

    name: Annotated[str, Column("Name of the KPI.", shown=False)]
    title: Annotated[str, Column("Its title, with its limit.", "Figure", leads="kpi.explain", by="name")]
    value: Annotated[float | None, Column("What was measured; nothing = there is nothing to measure.")]
    unit: Annotated[str, Column("What the value counts.")]
    numerator: Annotated[
        float, Column("What was counted for it; durations are in seconds, amounts in cents.", shown=False)
    ]
    denominator: Annotated[float | None, Column("What it was divided by; nothing = it is no ratio.", "Of", spare=2)]
    excluded: Annotated[Mapping[str, int], Column("What was left out of it, by reason.", shown=False)]
    sample: Annotated[int, Column("How many records stand behind it.", shown=False)]
    goal: Annotated[str | None, Column("What is wanted, with its comparison; nothing = nobody said.", shown=False)]
    verdict: Annotated[Verdict, Column("Whether it is what is wanted.", shown=False)]
    better: Annotated[str, Column("Whether less of it is better, or more.", shown=False)]
    about: Annotated[str, Column("What exactly is measured.", spare=1)]
    code: Annotated[
        str | None, Column("Its number in a catalogue that people agreed on; nothing = it has none.", shown=False)
    ] = None
    group: Annotated[
        str | None,
        Column("What it is of, such as a client or a week; nothing = of everything.", "Of what", shown=False),
    ] = None
    profile: Annotated[str | None, Column("Whose goal it is.", shown=False)] = None
    spread: Annotated[Mapping[str, float], Column("Median and 90th percentile, where it is a mean.", shown=False)] = (
        field(default_factory=dict)
    )
    final_at: Annotated[
        datetime | None, Column("From when on it does not change any more; nothing = it is final.", shown=False)
    ] = None
    needs: Annotated[str, Column("What would have to be there to measure it.", shown=False)] = ""
    minutes_outside: Annotated[
        float | None,
        Column("Minutes in the desk's hours in which it was not what is wanted; nothing = not known.", shown=False),
    ] = None


@runtime_checkable
class Configured(Protocol):
    """A measure that goes by the configuration."""

    def on(self, desk: Any, /) -> Callable[..., Measure]:
        """Return it as a desk measures it."""
        ...


def on_desk(kpi: Kpi[Any], desk: Desk) -> Kpi[Any]:
    """Return a KPI as a desk measures it."""
    return replace(kpi, measure=kpi.measure.on(desk)) if isinstance(kpi.measure, Configured) else kpi


def local(desk: Desk, at: datetime | None = None) -> datetime:
    """Return an instant, or the present, where the desk is: days begin there."""
    return (at or desk.clock.now()).astimezone(ZoneInfo(desk.timezone))


def only_reads(capability: Capability) -> bool:
    """Whether whoever only reads may do something: what holds where nobody says who asks."""
    return capability is Capability.READ


def withheld(kpi: Kpi[Any], may: Callable[[Capability], bool]) -> Measure | None:
    """Return what is told in place of a KPI to who may not see it; ``None`` = they may."""
    return None if may(kpi.needs) else Measure.missing(f'the right "{kpi.needs}"')


def unmeasurable(kpi: Kpi[Any], error: Exception) -> KpiError:
    """Return what is raised in place of an error of somebody's figure."""
    message = f'The figure "{kpi.name}" cannot be measured: {type(error).__name__}.'
    return KpiError(message, hint="Run it with --debug and tell whoever wrote it what that prints.")


def measured(
    kpi: Kpi[Any],
    tx: Any,
    at: datetime | Period,
    among: Any,
    scope: Any,
    *,
    may: Callable[[Capability], bool] = only_reads,
) -> Measure:
    """Measure a KPI.

    Args:
        kpi: The KPI.
        tx: Any transaction.
        at: The instant, or the period; one over a period takes an instant for the end of 30 days.
        among: A filter of those records that are looked at; ``None`` = of all.
        scope: Only what it lets through.
        may: Says what whoever asks may do.

    Raises:
        KpiError: It raised something, or did not return a measure.
    """
    if (refused := withheld(kpi, may)) is not None:
        return refused
    when: datetime | Period
    if kpi.over == "period":
        when = at if isinstance(at, Period) else Period(at - LAST, at)
    else:
        when = at.end.astimezone(at.zone) if isinstance(at, Period) else at
    try:
        found = kpi.measure(tx, when, among, scope)
    except ServiceDeskError:
        raise
    except Exception as error:
        raise unmeasurable(kpi, error) from error
    if not isinstance(found, Measure):
        message = f'The figure "{kpi.name}" was measured as a {type(found).__name__}, which is no Measure.'
        raise KpiError(message, hint="Tell whoever wrote it.")
    return found


def number(value: Any) -> float:
    """Return a value as it is shown: a whole number without a point."""
    return int(value) if value == int(value) else float(value)


def figure(
    kpi: Kpi[Any], found: Measure, goal: Goal | None = None, *, profile: str | None = None, group: str | None = None
) -> Figure:
    """Return a KPI with what was measured.

    Args:
        kpi: The KPI.
        found: What was measured.
        goal: What is wanted; ``None`` = what the KPI itself says.
        profile: Whose goal that is.
        group: What it is of; ``None`` = of everything.
    """
    wanted = goal or kpi.goal
    return Figure(
        name=kpi.name,
        title=kpi.title,
        value=None if found.value is None else number(found.value),
        unit=found.unit or kpi.unit,
        numerator=number(found.numerator),
        denominator=None if found.denominator is None else number(found.denominator),
        excluded=found.excluded,
        sample=found.sample,
        goal=None if wanted is None else str(wanted),
        verdict=found.verdict(wanted),
        better=kpi.better,
        about=f'{kpi.about} "kpi show {kpi.closer}" looks closer.' if kpi.closer else kpi.about,
        code=kpi.code or None,
        group=group,
        profile=profile,
        spread=found.spread,
        final_at=found.final_at,
        needs=found.needs,
    )


def figures(
    kpis: Sequence[Kpi[Any]],
    tx: Any,
    at: datetime,
    scope: Any,
    may: Callable[[Capability], bool] = only_reads,
    *,
    among: Any = None,
) -> tuple[Figure, ...]:
    """Return KPIs with what was measured; takes and raises what :func:`measured` does."""
    return tuple(figure(kpi, measured(kpi, tx, at, among, scope, may=may)) for kpi in kpis)


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
        ours = [on_desk(kpi, namespace.desk) for kpi in kpis]
        found = Page(figures(ours, tx, local(namespace.desk, at), scope, namespace.desk.may))
        return piece(found, Figure, by="name", sort=sort, after=None, limit=None) if sort else found

    found = query(name, about="The figures of the feature.")(listed)
    found.owner = Namespace
    return found
