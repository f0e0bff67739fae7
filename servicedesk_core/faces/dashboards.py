"""Dashboards: pages of blocks, each declared once for the terminal, for JSON, for Python and for a browser."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from servicedesk_core.faces.column import Column, columns_of
from servicedesk_core.faces.kpi import Figure, Kpi, figures, local
from servicedesk_core.faces.namespace import Namespace
from servicedesk_core.faces.queries import Query, query


@dataclass(frozen=True, slots=True)
class Figures:
    """A block of KPIs.

    Attributes:
        title: Its heading.
        kpis: The KPIs, in their order.
    """

    title: str
    kpis: Sequence[Kpi[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A block with the first page of a list.

    Attributes:
        title: Its heading.
        query: The list.
        given: What the list is given.
    """

    title: str
    query: Query[..., Any]
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """A block of numbers in a row, such as those of the last weeks.

    Attributes:
        title: Its heading.
        points: Returns labels with their numbers, given a transaction, the instant and a scope.
    """

    title: str
    points: Callable[[Any, datetime, Any], Iterable[tuple[str, float]]]


Block = Figures | Table | Series


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a series."""

    label: Annotated[str, Column("What it is of.")]
    value: Annotated[float, Column("The number.")]


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as it is shown; one of its lists is filled."""

    kind: Annotated[Literal["figures", "table", "series"], Column("Which of them it is.")]
    title: Annotated[str, Column("Its heading.")]
    figures: Annotated[tuple[Figure, ...], Column("What was measured.")] = ()
    columns: Annotated[Mapping[str, str], Column("Headings of the columns by the names of the fields.")] = field(
        default_factory=dict
    )
    rows: Annotated[tuple[Any, ...], Column("The rows of the list.")] = ()
    points: Annotated[tuple[Point, ...], Column("The numbers in their order.")] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard at one instant."""

    title: Annotated[str, Column("What it is called.")]
    desk: Annotated[str, Column("Name of the desk.")]
    timezone: Annotated[str, Column("The IANA zone in which instants are shown.")]
    at: Annotated[datetime, Column("The instant.")]
    blocks: Annotated[tuple[Shown, ...], Column("What it is made of, in order.")]


def dashboard(name: str, title: str, blocks: Sequence[Block], *, about: str) -> Query[..., Board]:
    """Declare a dashboard, as an attribute of a namespace: a query whose answer is made of blocks.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        title: Its heading.
        blocks: What it is made of, in order.
        about: What it shows, in a sentence; the help of its command.
    """

    def board(namespace: Namespace[Any], tx: Any, *, at: datetime | None = None, scope: Any = None) -> Board:
        desk, now = namespace.desk, at or namespace.desk.clock.now()
        shown = tuple(_shown(namespace, block, tx, now, scope) for block in blocks)
        return Board(title, desk.name, desk.timezone, now, shown)

    board.__doc__ = about
    pages = f"{__package__}.boards"
    return query(name, about=about, page=f"{pages}:show", html=f"{pages}:html")(board)


def _shown(namespace: Namespace[Any], block: Block, tx: Any, at: datetime, scope: Any) -> Shown:
    match block:
        case Figures():
            return Shown(
                "figures",
                block.title,
                figures=figures(block.kpis, tx, local(namespace.desk, at), scope, namespace.desk.may),
            )
        case Table():
            asked, narrows = block.query, not block.query.unscoped
            seen = namespace.desk.permitted(asked.needs, asked.name, scope)
            given = dict(block.given) | ({"scope": seen} if narrows else {})
            is_theirs = narrows or seen is None  # who sees a part of the desk sees nothing of what cannot be parted
            rows = tuple(asked.declared(namespace, tx, **given)) if is_theirs else ()
            return Shown("table", block.title, columns=dict(_headings(asked.row)), rows=rows)
        case Series():
            points = tuple(Point(label, value) for label, value in block.points(tx, at, scope))
            return Shown("series", block.title, points=points)


def _headings(row: type | None) -> Iterator[tuple[str, str]]:
    if row is not None:
        yield from ((name, column.title) for name, column in columns_of(row).items() if column.shown)
