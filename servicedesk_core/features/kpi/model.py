"""What is answered of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column, Figure, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage(Page[Figure]):
    """Figures of a period."""

    items: Annotated[tuple[Figure, ...], Column("The figures.")]
    start: Annotated[datetime | None, Column("First instant of the period; nothing = they have several.")]
    end: Annotated[datetime | None, Column("First instant after it.")]
    at: Annotated[datetime, Column("When it was measured.")]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.")]


@dataclass(frozen=True, slots=True)
class KpiRecord:
    """A record that a figure counted, or left out."""

    record: Annotated[str, Column("What people call it, or its id.")]
    connection: Annotated[str, Column("Where it comes from.", shown=False)]
    numerator: Annotated[float, Column("What it adds above the line; durations are in seconds.", "Counts")]
    denominator: Annotated[float | None, Column("What it adds below it; nothing = the figure is no ratio.", "Of")]
    excluded: Annotated[str, Column("Why it was left out; empty = it was not.", "Left out")]
    client: Annotated[str | None, Column("The client.", spare=2)]
    technician: Annotated[str | None, Column("The technician.", spare=1)]
    of: Annotated[Mapping[str, str | None], Column("What it belongs to, by dimension.", shown=False)]


@dataclass(frozen=True, slots=True)
class KpiGoal:
    """What a profile wants of a figure."""

    profile: Annotated[str, Column("Name of the profile.")]
    goal: Annotated[str, Column("What is wanted, with its comparison.")]
    effective_from: Annotated[datetime | None, Column("From when on; nothing = since ever.")]
    decides: Annotated[bool, Column("Whether it is the one that the verdict is about.")]


@dataclass(frozen=True, slots=True)
class KpiExplained:
    """What a figure is, what is wanted of it, and what it was made of."""

    figure: Annotated[Figure, Column("What was measured.")]
    feature: Annotated[str, Column("The feature that brings it.")]
    leads: Annotated[bool | None, Column("Whether it warns of what is to come; nothing = neither.")]
    over: Annotated[str, Column("Whether it tells of an instant or of a period.")]
    goals: Annotated[tuple[KpiGoal, ...], Column("What each profile wants.")]
    dimensions: Annotated[tuple[str, ...], Column("What it can be divided by.")]
    start: Annotated[datetime, Column("First instant of the period.")]
    end: Annotated[datetime, Column("First instant after it.")]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.")]
    records: Annotated[str, Column("The command that lists the records behind it.")]
