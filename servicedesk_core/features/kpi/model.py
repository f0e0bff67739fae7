"""What is answered of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.domain import Priority
from servicedesk_core.faces import Column, Figure, Opens, Page, Verdict
from servicedesk_core.features.kpi.cases.repeats import Standing
from servicedesk_core.features.sla import Clock


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A figure of a closed month that would be another one with what came later."""

    name: Annotated[str, Column("Name of the figure.")]
    title: Annotated[str, Column("Its title.", "Figure")]
    group: Annotated[str | None, Column("What it is of; nothing = of everything.")]
    value: Annotated[float | None, Column("What it would be; nothing = there would be nothing to measure.")]
    unit: Annotated[str, Column("What the value counts.")]
    numerator: Annotated[float, Column("What came above the line; less than nothing where something went away.")]
    denominator: Annotated[float | None, Column("What came below it; nothing = it is no ratio.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage(Page[Figure]):
    """Figures of a period."""

    items: Annotated[tuple[Figure, ...], Column("The figures.")]
    start: Annotated[datetime | None, Column("First instant of the period; nothing = they have several.")]
    end: Annotated[datetime | None, Column("First instant after it.")]
    at: Annotated[datetime, Column("When it was measured.", shown=False)]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.", shown=False)]
    closed_at: Annotated[datetime | None, Column("When its month was closed; nothing = it is none that is.")] = None
    adjustments: Annotated[tuple[Adjustment, ...], Column("What came after its month was closed.")] = ()
    unseen: Annotated[str, Column("Why single people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class KpiChange:
    """A figure of the last weeks, beside that of as many weeks before."""

    group: Annotated[str, Column("What it is of; all = everything.", "Of")]
    value: Annotated[float | None, Column("What was measured; nothing = there is nothing to measure.")]
    before: Annotated[float | None, Column("What was measured in the weeks before.", "Before")]
    unit: Annotated[str, Column("What the values count.")]
    change: Annotated[float | None, Column("By how much it changed, in percent; nothing = it was not there before.")]
    records: Annotated[int, Column("How many records stand behind the newer one.")]


@dataclass(frozen=True, slots=True)
class ChangePage(Page[KpiChange]):
    """What changed."""

    items: Annotated[tuple[KpiChange, ...], Column("Each part, or the whole.")]
    unseen: Annotated[str, Column("Why single people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class KpiCompared:
    """A figure of a period, beside that of the one before."""

    name: Annotated[str, Column("Name of the figure.", shown=False)]
    code: Annotated[str | None, Column("Its number in a catalogue that people agreed on.", "No.", spare=2)]
    title: Annotated[str, Column("Its title.", "Figure", cut=16, leads="kpi.explain", by="name")]
    value: Annotated[float | None, Column("What was measured; nothing = there is nothing to measure.")]
    before: Annotated[float | None, Column("What was measured in the period before.", "Before")]
    unit: Annotated[str, Column("What the values count.")]
    change: Annotated[
        float | None, Column("By how much it changed, in percent; nothing = it was not there before.", "Change %")
    ]
    is_better: Annotated[
        bool | None, Column("Whether it changed for the better; nothing = it did not change.", "Better")
    ]
    goal: Annotated[str | None, Column("What is wanted, with its comparison; nothing = nobody said.", spare=1)]
    verdict: Annotated[Verdict, Column("Whether the newer one is what is wanted.")]
    sample: Annotated[int, Column("How many records stand behind the newer one.", "Records", shown=False)]


@dataclass(frozen=True, slots=True)
class KpiRecord:
    """A record that a figure counted, or left out."""

    record: Annotated[str, Column("What people call it, or its id.", leads="tickets.show", by="ticket")]
    connection: Annotated[str, Column("Where it comes from.", shown=False)]
    numerator: Annotated[float, Column("What it adds above the line; durations are in seconds.", "Counts")]
    denominator: Annotated[float | None, Column("What it adds below it; nothing = the figure is no ratio.", "Of")]
    excluded: Annotated[str, Column("Why it was left out; empty = it was not.", "Left out")]
    client: Annotated[str | None, Column("The client.", spare=2, leads="tickets.list:company")]
    technician: Annotated[str | None, Column("The technician.", spare=1, leads="tickets.list:technician")]
    of: Annotated[Mapping[str, str | None], Column("What it belongs to, by dimension.", shown=False)]
    ticket: Annotated[str | None, Column("Its number, where it is a ticket.", shown=False, leads="tickets.show")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage(Page[KpiRecord]):
    """Records behind a figure."""

    items: Annotated[tuple[KpiRecord, ...], Column("The records.")]
    unseen: Annotated[str, Column("Why those of single people are not told; empty = all that there are are.")] = ""


@dataclass(frozen=True, slots=True)
class KpiGoal:
    """What a profile wants of a figure."""

    profile: Annotated[str, Column("Name of the profile.")]
    goal: Annotated[str, Column("What is wanted, with its comparison.")]
    effective_from: Annotated[datetime | None, Column("From when on; nothing = since ever.")]
    decides: Annotated[bool, Column("Whether it is the one that the verdict is about.")]
    regions: Annotated[tuple[str, ...], Column("Of which regions only; nothing = of all.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(FigurePage):
    """A figure week by week."""

    items: Annotated[tuple[Figure, ...], Column("The weeks, the oldest first.", draws="value")]


@dataclass(frozen=True, slots=True)
class KpiWeek:
    """What a figure was in a week."""

    week: Annotated[str, Column("The week, Monday to Monday.")]
    value: Annotated[float | None, Column("What was measured; nothing = there was nothing to measure.")]
    goal: Annotated[str | None, Column("What was wanted then.")]
    verdict: Annotated[Verdict, Column("Whether it was what was wanted.")]
    sample: Annotated[int, Column("How many records stood behind it.", "Records")]


@dataclass(frozen=True, slots=True)
class KpiCloser:
    """Where a figure can be looked at closer."""

    look: Annotated[str, Column("What is shown there.", "Look closer", by="opens")]
    opens: Annotated[Opens, Column("Where that is.", shown=False)]


@dataclass(frozen=True, slots=True)
class KpiExplained:
    """What a figure is, what is wanted of it, and what it was made of."""

    figure: Annotated[Figure, Column("What was measured.")]
    feature: Annotated[str, Column("The feature that brings it.")]
    example: Annotated[str, Column("A worked example; empty = whoever wrote it gave none.")]
    leads: Annotated[bool | None, Column("Whether it warns of what is to come; nothing = neither.")]
    over: Annotated[str, Column("Whether it tells of an instant or of a period.")]
    goals: Annotated[tuple[KpiGoal, ...], Column("What each profile wants.")]
    dimensions: Annotated[tuple[str, ...], Column("What it can be divided by.")]
    start: Annotated[datetime, Column("First instant of the period.")]
    end: Annotated[datetime, Column("First instant after it.")]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.")]
    records: Annotated[str, Column("The command that lists the records behind it.")]
    weeks: Annotated[
        tuple[KpiWeek, ...],
        Column("Its last 13 weeks; empty = nothing keeps what it was.", "The last 13 weeks", draws="value"),
    ] = ()
    closer: Annotated[tuple[KpiCloser, ...], Column("Where it can be looked at closer.")] = ()


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """A completed ticket, and what came after it within 30 days."""

    ticket: Annotated[str, Column("The completed ticket.", leads="tickets.show")]
    follow_up: Annotated[str, Column("What came after it; the same, where it was opened again.", leads="tickets.show")]
    connection: Annotated[str, Column("Where both come from.", shown=False)]
    standing: Annotated[Standing, Column("Whether it counts, waits for somebody to say so, or what they said.")]
    rule: Annotated[str, Column("What brings them together.", cut=12)]
    client: Annotated[str | None, Column("The client.", spare=1, leads="tickets.list:company")]
    title: Annotated[str, Column("Title of what came after it.", cut=12)]
    resolved_at: Annotated[datetime, Column("When the first one was resolved.", "Resolved", spare=2)]
    came_at: Annotated[
        datetime | None, Column("When the other one was created; nothing = it is the same.", shown=False)
    ]
    author: Annotated[str | None, Column("Who said so; nothing = nobody did.", "Said by", spare=3)]
    reason: Annotated[str | None, Column("Why, in their words.", shown=False)]


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A ticket that somebody can begin now."""

    of: Annotated[str, Column("Whose list it is in: a technician, or the queue of a team.", "List of")]
    place: Annotated[int, Column("Its place in the list; the first is taken first.", "Place")]
    ticket: Annotated[str, Column("Its number.", leads="tickets.show")]
    connection: Annotated[str, Column("Where it comes from.", shown=False)]
    technician: Annotated[
        str | None, Column("Who has it; nothing = nobody yet.", spare=2, leads="tickets.list:technician")
    ]
    client: Annotated[str | None, Column("The client.", spare=1, leads="tickets.list:company")]
    priority: Annotated[Priority | None, Column("How urgent it is.")]
    promise: Annotated[Clock | None, Column("What is to be kept next.")]
    due_at: Annotated[datetime | None, Column("Until when; nothing = nothing was promised, or it is paused.", "Due")]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was said of two tickets."""

    ticket: Annotated[str, Column("The completed ticket.", leads="tickets.show")]
    follow_up: Annotated[str, Column("What came after it.", leads="tickets.show")]
    is_repeat: Annotated[bool, Column("Whether that is repeat service.")]
    reason: Annotated[str, Column("Why.")]


@dataclass(frozen=True, slots=True)
class ClosedFigures:
    """A month whose figures stay as they are."""

    month: Annotated[str, Column("The month.")]
    at: Annotated[datetime, Column("When it was closed.", "When")]
    author: Annotated[str, Column("Who closed it.", "Who")]
    reason: Annotated[str, Column("Why, in their words.", "Why", wraps=True)]


@dataclass(frozen=True, slots=True)
class FiguresClosed:
    """A month whose figures were closed."""

    month: Annotated[str, Column("The month.")]
    figures: Annotated[int, Column("How many figures stay as they are.")]
    broken: Annotated[tuple[str, ...], Column("Those that could not be measured; they are not closed.", "Not closed")]


@dataclass(frozen=True, slots=True)
class FiguresReopened:
    """A month whose figures follow what happens again."""

    month: Annotated[str, Column("The month.")]
