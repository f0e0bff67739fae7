"""Scorecards as people and programs see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from servicedesk_core.faces import Column, Page, Verdict


class Kind(StrEnum):
    """Whose card it is."""

    COORDINATOR = "coordinator"
    TEAM = "team"
    TECHNICIAN = "technician"


class Part(StrEnum):
    """What a figure is in its pair."""

    SPEED = "speed"
    QUALITY = "quality"


class Trend(StrEnum):
    """Which way a figure went from the weeks before; whether that is good, its direction says."""

    UP = "up"
    FLAT = "flat"
    DOWN = "down"


class Moved(StrEnum):
    """Whether a figure moved to where it was to go."""

    BETTER = "better"
    WORSE = "worse"
    NOT = "not moved"
    UNKNOWN = "not known"


class WordKind(StrEnum):
    """What was written beside a card."""

    AGREEMENT = "agreement"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure on a card, as it was when the card was issued."""

    week: Annotated[str, Column("The week of the card.", shown=False)]
    kind: Annotated[Kind, Column("Whose card it is.", shown=False)]
    person: Annotated[str, Column("Who it is of.", "Who")]
    connection: Annotated[str | None, Column("Connection of the technician.", shown=False)]
    technician_ref: Annotated[str | None, Column("The vendor's id of the technician.", shown=False)]
    place: Annotated[int, Column("Its place on the card.", shown=False)]
    figure: Annotated[str, Column("Name of the figure.", shown=False)]
    title: Annotated[str, Column("Its title.", "Figure", cut=16, leads="kpi.explain", by="figure")]
    pair: Annotated[str | None, Column("The figure that it is paired with.", shown=False)]
    part: Annotated[Part | None, Column("What it is in its pair.", spare=1)]
    value: Annotated[float | None, Column("What was measured; nothing = there was nothing to measure.")]
    unit: Annotated[str, Column("What the value counts.")]
    better: Annotated[Literal["less", "more"], Column("Whether less of it is better, or more.", shown=False)]
    numerator: Annotated[float, Column("What was counted for it; durations are in seconds.", shown=False)]
    denominator: Annotated[float | None, Column("What it was divided by; nothing = it is no ratio.", shown=False)]
    sample: Annotated[int, Column("How many records stand behind it.", "Records", spare=2)]
    goal: Annotated[str | None, Column("What was wanted in that week; nothing = nobody said.")]
    profile: Annotated[str | None, Column("Whose goal it is.", shown=False)]
    verdict: Annotated[Verdict, Column("Whether it is what was wanted.")]
    attainment: Annotated[float | None, Column("How much of the goal is reached; nothing = it counts in no score.")]
    weight: Annotated[int, Column("How much it counts.", shown=False)]
    before: Annotated[float | None, Column("Its mean of the four weeks before, of final cards.", spare=3)]
    trend: Annotated[Trend | None, Column("Which way it went from that; within 2 % it is flat.")]
    against: Annotated[int, Column("How many records keep it from being better.", shown=False)]
    records: Annotated[tuple[str, ...], Column("The worst of them, such as tickets.", shown=False)]
    people: Annotated[int | None, Column("Of the team: how many people have the figure.", shown=False)]
    low: Annotated[float | None, Column("Of the team: what a quarter of the people stay below.", shown=False)]
    middle: Annotated[float | None, Column("What half of them stay below.", shown=False)]
    high: Annotated[float | None, Column("What three quarters of them stay below.", shown=False)]
    minutes_outside: Annotated[
        float | None,
        Column("Of the coordinator: minutes of the week, in the desk's hours, without what is wanted.", shown=False),
    ]
    minutes_by_hour: Annotated[
        Mapping[str, float],
        Column("The same by the hour of the day, such as 09; hours without any are left out.", shown=False),
    ]
    note: Annotated[str, Column("What else is to be known: why it counts in no score, or what to look at.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version of a card says other than the one before it."""

    figure: Annotated[str, Column("Name of the figure; empty = the score.")]
    title: Annotated[str, Column("Its title.")]
    before: Annotated[float | None, Column("What it was.")]
    now: Annotated[float | None, Column("What it is.")]
    goal_before: Annotated[str | None, Column("What was wanted.")]
    goal_now: Annotated[str | None, Column("What is wanted.")]
    records: Annotated[int, Column("How many records more stand behind it; below 0 = fewer.")]


@dataclass(frozen=True, slots=True)
class Card:
    """A card without its figures."""

    week: Annotated[str, Column("The week.")]
    kind: Annotated[Kind, Column("Whose card it is.")]
    person: Annotated[str, Column("Who it is of.", "Who")]
    connection: Annotated[str | None, Column("Connection of the technician; nothing = it is of nobody alone.")]
    technician_ref: Annotated[str | None, Column("The vendor's id of the technician.")]
    version: Annotated[int, Column("1, and more for each that followed.")]
    is_final: Annotated[bool, Column("Whether late entries were waited for.")]
    issued_at: Annotated[datetime, Column("When it was issued.")]
    author: Annotated[str, Column("Who issued it.")]
    reason: Annotated[str | None, Column("Why it was issued once more.")]
    published_at: Annotated[datetime | None, Column("When it was shown to whom it is of; nothing = it was not.")]
    individual: Annotated[float | None, Column("Score of its own figures, in percent; nothing = none counts.")]
    team: Annotated[float | None, Column("Score of the team's figures.")]
    score: Annotated[float | None, Column("The score with the team's part in it.")]
    mean: Annotated[float | None, Column("Mean of the scores of up to four final cards before it.")]
    slope: Annotated[float | None, Column("By how much those rise from week to week.")]
    differences: Annotated[tuple[Difference, ...], Column("What the version before said otherwise.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage(Page[Line]):
    """Cards of a week."""

    items: Annotated[tuple[Line, ...], Column("Their figures.")]
    cards: Annotated[tuple[Card, ...], Column("The cards.")]
    week: Annotated[str, Column("The week.")]
    desk: Annotated[str, Column("Name of the desk.")]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.")]


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside what it was."""

    person: Annotated[str, Column("Who it is of.", "Who")]
    kind: Annotated[Kind, Column("Whose card it is.", shown=False)]
    figure: Annotated[str, Column("Name of the figure; empty = the score.", shown=False)]
    title: Annotated[str, Column("Its title.", "Figure", cut=16, leads="kpi.explain", by="figure")]
    before: Annotated[float | None, Column("What it was.")]
    now: Annotated[float | None, Column("What it is.")]
    unit: Annotated[str, Column("What it counts.")]
    moved: Annotated[Moved, Column("Whether that is better; within 2 % it did not move.")]
    goal_before: Annotated[str | None, Column("What was wanted.", spare=1)]
    goal_now: Annotated[str | None, Column("What is wanted.", "Goal")]
    of: Annotated[str, Column("The card before: its week and version.", "Beside", spare=2)]


@dataclass(frozen=True, slots=True)
class Word:
    """An agreement about a card, or a comment on it."""

    week: Annotated[str, Column("The week of the card.")]
    kind: Annotated[WordKind, Column("What it is.")]
    figure: Annotated[str | None, Column("The figure that an agreement is to move.")]
    text: Annotated[str, Column("The words.")]
    at: Annotated[datetime, Column("When it was written.")]
    author: Annotated[str, Column("Who wrote it.")]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed last, and what became of it."""

    word: Annotated[Word, Column("The agreement.")]
    title: Annotated[str | None, Column("Title of its figure.")]
    unit: Annotated[str, Column("What that counts.")]
    then: Annotated[float | None, Column("What it was on the card that the agreement is about.")]
    now: Annotated[float | None, Column("What it is on this card.")]
    moved: Annotated[Moved, Column("Whether it moved to where it was to go.")]


@dataclass(frozen=True, slots=True)
class CoachingSheet:
    """One page for a talk about a card."""

    desk: Annotated[str, Column("Name of the desk.")]
    timezone: Annotated[str, Column("The IANA zone in which its days begin.")]
    card: Annotated[Card, Column("The card.")]
    facts: Annotated[tuple[Line, ...], Column("What went best, then what is furthest from its goal.")]
    agreed: Annotated[tuple[Agreed, ...], Column("What was agreed last, and whether the figure moved.")]
    words: Annotated[tuple[Word, ...], Column("What was agreed about this card, and said of it.")]


@dataclass(frozen=True, slots=True)
class Issuing:
    """What was issued."""

    week: Annotated[str, Column("The week.")]
    is_final: Annotated[bool, Column("Whether late entries were waited for.")]
    issued: Annotated[int, Column("Cards that were issued.")]
    unchanged: Annotated[int, Column("Cards that would say what the version before them says, and were not.")]
    changed: Annotated[int, Column("Of those issued, how many say something other than the version before.")]
    skipped: Annotated[tuple[str, ...], Column("Who got no card, and why.")]


@dataclass(frozen=True, slots=True)
class Publishing:
    """What was published."""

    week: Annotated[str, Column("The week.")]
    published: Annotated[int, Column("Cards that those whom they are of see from now on.")]


@dataclass(frozen=True, slots=True)
class Noted:
    """What was written beside a card."""

    person: Annotated[str, Column("Whose card it is.")]
    week: Annotated[str, Column("The week of the card.")]
    kind: Annotated[WordKind, Column("What it is.")]
    figure: Annotated[str | None, Column("The figure that an agreement is to move.")]
    text: Annotated[str, Column("The words.")]


@dataclass(frozen=True, slots=True)
class Issued:
    """A card with its figures."""

    card: Card
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CardWeek:
    """A week with cards."""

    week: Annotated[str, Column("The week, Monday to Monday.")]
    cards: Annotated[int, Column("How many cards there are of it.")]
    version: Annotated[int, Column("The newest version of any of them.", spare=1)]
    is_final: Annotated[bool, Column("Whether late entries were waited for, with all of the newest.", "Final")]
    issued_at: Annotated[datetime, Column("When a card of it was last issued.", "Issued")]
    published_at: Annotated[
        datetime | None, Column("When a card of it was last shown to whom it is of; nothing = none was.", "Published")
    ]
