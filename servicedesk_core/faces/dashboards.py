"""Dashboards: pages of blocks, each declared once for the terminal, for JSON, for Python and for a browser."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces.column import columns_of
from servicedesk_core.faces.kpi import Figure, Kpi, figures, local, on_desk
from servicedesk_core.faces.namespace import Namespace
from servicedesk_core.faces.opens import Opens
from servicedesk_core.faces.queries import Query, query
from servicedesk_core.faces.reference import named
from servicedesk_core.faces.shown import Board, Counted, Piece, Point, Shown

T = TypeVar("T")


class Looking(NamedTuple):
    """What a block is made from.

    Attributes:
        desk: The desk, as whoever looks may use it.
        tx: A transaction that only reads.
        at: The instant.
        chosen: The filters of the page; ``None`` = it has none.
        scope: Only what it lets through.
        known: What was made for blocks of the page, by what made it.
    """

    desk: Any
    tx: Any
    at: datetime
    chosen: Any
    scope: Any
    known: dict[Any, Any]

    def once(self, make: Callable[["Looking"], T]) -> T:
        """Return what several blocks of a page are made from: it is made for the first of them."""
        if make not in self.known:
            self.known[make] = make(self)
        found: T = self.known[make]
        return found

    def ask(self, asked: Query[..., Any], **values: Any) -> Any:
        """Return what a query answers to whoever looks, in the transaction of the page.

        Args:
            asked: The query.
            values: What it is given, by the names of its parameters; those of a filter are named by themselves.
        """
        own = asked.named
        named = {name: value for name, value in values.items() if name not in own or not own[name].part_of}
        for filtered, kind in asked.filters.items():
            parts = {name: value for name, value in values.items() if name in own and own[name].part_of == filtered}
            named[filtered] = kind(**parts)
        if not asked.unscoped:
            named["scope"] = self.scope
        return asked.declared(asked.owner(self.desk), self.tx, **named)

    def opens(self, asked: Query[..., Any], **values: Any) -> Opens:
        """Return a list, narrowed by those filters of the page that it knows; takes what :meth:`Opens.of` does."""
        if asked not in self.known:
            self.known[asked] = _known(asked, self.chosen)
        return Opens.of(asked, **(self.known[asked] | values))


class Told(NamedTuple):
    """A sentence.

    Attributes:
        pieces: Its words.
        is_good: Whether it is good news; ``None`` = nobody can say.
    """

    pieces: Sequence[Piece]
    is_good: bool | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A block with what to know first.

    Attributes:
        title: Its heading.
        told: Returns it.
        needs: What it takes to see it, like that of all blocks: who may not finds a page without it.
    """

    title: str
    told: Callable[[Looking], Told]
    needs: Capability = Capability.READ


@dataclass(frozen=True, slots=True)
class Figures:
    """A block of KPIs.

    Attributes:
        title: Its heading.
        kpis: The KPIs, in their order; or what returns them as they were measured, such as against goals of people.
        among: Returns what they are given of the filters of the page; ``None`` = the filters themselves.
        records: Returns where the records behind a figure are; ``None`` = nowhere.
        courses: Returns how figures went, by their names: values at equal steps up to now, the oldest first.
        needs: What it takes to see them.
    """

    title: str
    kpis: Sequence[Kpi[Any]] | Callable[[Looking], Iterable[Figure]]
    among: Callable[[Any], Any] | None = None
    records: Callable[[Figure, Looking], Opens | None] | None = None
    courses: Callable[[Looking], Mapping[str, Sequence[float | None]]] | None = None
    needs: Capability = Capability.READ


@dataclass(frozen=True, slots=True)
class Counts:
    """A block of numbers, each with the list behind it.

    Attributes:
        title: Its heading.
        counted: Yields them.
        needs: What it takes to see them.
    """

    title: str
    counted: Callable[[Looking], Iterable[Counted]]
    needs: Capability = Capability.READ


@dataclass(frozen=True, slots=True)
class Table:
    """A block with the first page of a list, narrowed by those filters of the page that the list knows.

    Attributes:
        title: Its heading.
        query: The list.
        given: What the list is given, by the names of its parameters; or what returns that.
        rows: Returns its first rows, where the page knows them already; ``None`` = the list is asked.
        is_worked: Whether rows are selected on the page, for the acts that take them, as they are in the list itself.
    """

    title: str
    query: Query[..., Any]
    given: Mapping[str, Any] | Callable[[Looking], Mapping[str, Any]] = field(default_factory=dict)
    rows: Callable[[Looking], Sequence[Any]] | None = None
    is_worked: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A block of numbers in a row, such as those of the last weeks.

    Attributes:
        title: Its heading.
        points: Yields them.
        is_course: Whether they follow each other in time: a line then, else bars.
        goal: Returns what they are held against; ``None`` = nothing.
        needs: What it takes to see them.
    """

    title: str
    points: Callable[[Looking], Iterable[Point]]
    is_course: bool = False
    goal: Callable[[Looking], float | None] | None = None
    needs: Capability = Capability.READ


Block = Sentence | Figures | Counts | Table | Series


def dashboard(
    name: str,
    title: str,
    blocks: Sequence[Block] | str,
    *,
    about: str,
    filters: type | None = None,
    needs: Capability = Capability.READ,
    told: Callable[[Board, Looking], Board] | None = None,
) -> Query[..., Board]:
    """Declare a dashboard, as an attribute of a namespace: a query whose answer is made of blocks.

    Args:
        name: Its name, words joined with dots, which are those of its command and of its document.
        title: Its heading.
        blocks: What it is made of, in order, or where that is, ``module:NAME``, to be imported when the page is made.
            Who may not see one of them finds the page without it.
        about: What it shows, in a sentence; the help of its command.
        filters: A dataclass of filters that narrow the whole page; ``None`` = it has none.
        needs: What it takes to see the page.
        told: Returns the page as it may be told, such as without verdicts where the data are too old for any.
    """

    def board(
        namespace: Namespace[Any], tx: Any, chosen: Any = None, *, at: datetime | None = None, scope: Any = None
    ) -> Board:
        desk, now = namespace.desk, at or namespace.desk.clock.now()
        wanted = filters() if chosen is None and filters else chosen
        looking = Looking(desk, tx, now, wanted, scope, {})
        seen = [block for block in blocks_of(declared) if _is_seen(block, looking)]
        made = Board(title, desk.name, desk.timezone, now, tuple(_shown(block, looking) for block in seen))
        return told(made, looking) if told else made

    if filters is not None:
        board.__annotations__["chosen"] = filters | None
    else:
        del board.__annotations__["chosen"]
    board.__doc__ = about
    pages = f"{__package__}.boards"
    declared = query(name, about=about, page=f"{pages}:show", html=f"{pages}:html", needs=needs)(board)
    declared.blocks = blocks
    return declared


def blocks_of(page: Query[..., Board]) -> tuple[Block, ...]:
    """Return what a dashboard is made of."""
    return tuple(named(page.blocks) if isinstance(page.blocks, str) else page.blocks)


def _is_seen(block: Block, looking: Looking) -> bool:
    """Whether somebody finds a block: what cannot be parted is for nobody who sees a part of the desk."""
    if isinstance(block, Table):
        return looking.desk.may(block.query.needs) and not (block.query.unscoped and looking.scope is not None)
    return bool(looking.desk.may(block.needs))


def _shown(block: Block, looking: Looking) -> Shown:
    match block:
        case Sentence():
            pieces, is_good = block.told(looking)
            return Shown("sentence", block.title, pieces=tuple(pieces), is_good=is_good)
        case Figures():
            return _figures(block, looking)
        case Counts():
            return Shown("counts", block.title, counts=tuple(block.counted(looking)))
        case Table():
            return _table(block, looking)
    goal = block.goal(looking) if block.goal else None
    return Shown("series", block.title, points=tuple(block.points(looking)), is_course=block.is_course, goal=goal)


def _figures(block: Figures, looking: Looking) -> Shown:
    found = tuple(block.kpis(looking)) if callable(block.kpis) else _measured(block.kpis, block.among, looking)
    opens = tuple(block.records(one, looking) for one in found) if block.records else ()
    went = block.courses(looking) if block.courses else {}
    courses = tuple(tuple(went.get(one.name, ())) for one in found) if went else ()
    return Shown("figures", block.title, figures=found, opens=opens, courses=courses)


def _measured(kpis: Sequence[Kpi[Any]], among: Callable[[Any], Any] | None, looking: Looking) -> tuple[Figure, ...]:
    desk, chosen = looking.desk, looking.chosen
    of_desk = [on_desk(kpi, desk) for kpi in kpis]
    narrowed = among(chosen) if among else chosen
    return figures(of_desk, looking.tx, local(desk, looking.at), looking.scope, desk.may, among=narrowed)


def _table(block: Table, looking: Looking) -> Shown:
    asked, given = block.query, block.given(looking) if callable(block.given) else block.given
    values = _known(asked, looking.chosen) | dict(given)
    opens = Opens.of(
        asked, **{name: value for name, value in values.items() if name in asked.named and name != "limit"}
    )
    found = looking.ask(asked, **values) if block.rows is None else block.rows(looking)
    known = columns_of(asked.row) if asked.row else {}
    columns = {name: known[name].title for name in asked.on_page}
    rows, worked = tuple(found), block.is_worked
    return Shown("table", block.title, columns=columns, rows=rows, opens=(opens,), empty=asked.empty, is_worked=worked)


def _known(asked: Query[..., Any], chosen: Any) -> dict[str, Any]:
    """Return those filters of a page that a list knows, by the names of its parameters."""
    if chosen is None:
        return {}
    own = {one.name: getattr(chosen, one.name) for one in fields(chosen)}
    return {one.name: own[one.name] for one in asked.parameters if own.get(one.name, one.default) != one.default}
