"""What a dashboard shows, once it is filled: every face has the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from servicedesk_core.faces.column import Column
from servicedesk_core.faces.kpi import Figure
from servicedesk_core.faces.opens import Opens


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence."""

    text: Annotated[str, Column("The words, or the number.")]
    opens: Annotated[Opens | None, Column("Where the records behind the number are; nothing = nowhere.")] = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A number with the list behind it: whoever opens it finds just so many rows."""

    label: Annotated[str, Column("What was counted.")]
    count: Annotated[int, Column("How many there are.")]
    opens: Annotated[Opens | None, Column("The list of them; nothing = there is none.")] = None
    group: Annotated[str, Column("What it belongs to; the numbers of each group stand in a row.")] = ""
    is_bad: Annotated[bool, Column("Whether it is not what is wanted.")] = False
    about: Annotated[str, Column("What exactly was counted.")] = ""
    goal: Annotated[str, Column("What is wanted, with its comparison; empty = nobody said.")] = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a series."""

    label: Annotated[str, Column("What it is of.")]
    value: Annotated[float | None, Column("The number; nothing = it is not known.")]
    opens: Annotated[Opens | None, Column("Where the records behind it are; nothing = nowhere.")] = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as it is shown; one of its lists is filled."""

    kind: Annotated[Literal["sentence", "figures", "counts", "table", "series"], Column("Which of them it is.")]
    title: Annotated[str, Column("Its heading.")]
    pieces: Annotated[tuple[Piece, ...], Column("The words of the sentence.")] = ()
    is_good: Annotated[bool | None, Column("Whether the sentence is good news; nothing = nobody can say.")] = None
    figures: Annotated[tuple[Figure, ...], Column("What was measured.")] = ()
    counts: Annotated[tuple[Counted, ...], Column("What was counted.")] = ()
    columns: Annotated[Mapping[str, str], Column("Headings of the columns by the names of the fields.")] = field(
        default_factory=dict
    )
    rows: Annotated[tuple[Any, ...], Column("The first rows of the list.")] = ()
    points: Annotated[tuple[Point, ...], Column("The numbers in their order.")] = ()
    is_course: Annotated[bool, Column("Whether the numbers follow each other in time.")] = False
    goal: Annotated[float | None, Column("What the numbers are held against; nothing = nobody said.")] = None
    opens: Annotated[
        tuple[Opens | None, ...], Column("Where all of the list is; of figures, the records of each.")
    ] = ()
    courses: Annotated[
        tuple[tuple[float | None, ...], ...],
        Column("How each figure went: values at equal steps up to now, the oldest first; nothing = not known."),
    ] = ()
    empty: Annotated[str, Column("What is said in place of a list without rows.")] = ""
    is_worked: Annotated[bool, Column("Whether rows of the list are selected on the page.")] = False


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard at one instant."""

    title: Annotated[str, Column("What it is called.")]
    desk: Annotated[str, Column("Name of the desk.")]
    timezone: Annotated[str, Column("The IANA zone in which instants are shown.")]
    at: Annotated[datetime, Column("The instant.")]
    blocks: Annotated[tuple[Shown, ...], Column("What it is made of, in order.")]
