"""The parts page: what is missing, what is on its way, and what was taken and nobody pays for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import (
    Block,
    Counted,
    Counts,
    Figure,
    Figures,
    Help,
    Looking,
    Manner,
    Namespace,
    Opens,
    Table,
    dashboard,
)
from servicedesk_core.faces.kpi import figures, local, on_desk
from servicedesk_core.features.kpi import KpiLists
from servicedesk_core.features.parts import KPIS, WAITING, CostOf, PartsQueries

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class PartsFilter:
    """What the page is about; nothing restricts it."""

    connection: Annotated[str | None, Help("Only the stock, the orders and what was taken of this connection.")] = None


@dataclass(frozen=True, slots=True)
class _OnOrder:
    """What is on order, as who looks sees it."""

    lines: int
    late: int


def _on_order(looking: Looking) -> _OnOrder:
    rows = looking.ask(PartsQueries.orders, still_open=True, limit=_MOST, connection=looking.chosen.connection).items
    return _OnOrder(len(rows), sum(row.is_late for row in rows))


def _now(looking: Looking) -> Sequence[Figure]:
    if looking.chosen.connection is not None:  # they are of the whole desk
        return ()
    own = [on_desk(kpi, looking.desk) for kpi in KPIS]
    return figures(own, looking.tx, local(looking.desk, looking.at), looking.scope, looking.desk.may)


def _to_do(looking: Looking) -> Iterator[Counted]:
    of = {"connection": looking.chosen.connection}
    lacking = len(looking.ask(PartsQueries.stock, below_minimum=True, limit=_MOST, **of))
    opens = Opens.of(PartsQueries.stock, below_minimum=True, **of)
    yield Counted("parts below their minimum", lacking, opens, is_bad=lacking > 0)
    order = looking.once(_on_order)
    yield Counted(
        "lines on order that are late",
        order.late,
        Opens.of(PartsQueries.orders, late=True, **of),
        is_bad=order.late > 0,
    )
    yield Counted("lines on order", order.lines, Opens.of(PartsQueries.orders, still_open=True, **of))
    wrong = len(looking.ask(PartsQueries.uncharged, days=0, limit=_MOST, **of))  # as the figure counts them
    opens = Opens.of(PartsQueries.uncharged, days=0, **of)
    yield Counted("taken, and not charged as they should be", wrong, opens, is_bad=wrong > 0)
    held = len(looking.ask(PartsQueries.taken, held=True, limit=_MOST, **of))
    yield Counted("taken and not given back", held, Opens.of(PartsQueries.taken, held=True, **of))


def _records(one: Figure, _: Looking) -> Opens | None:
    return Opens.of(KpiLists.records, name=one.name) if one.name == WAITING.name else None


def _blocks() -> tuple[Block, ...]:
    return (
        Figures("Now", _now, records=_records, needs=Capability.PARTS_READ),
        Counts("To see to", _to_do, needs=Capability.PARTS_READ),
        Table("Below the minimum: to buy", PartsQueries.stock, {"below_minimum": True, "limit": 10}),
        Table("On order", PartsQueries.orders, {"still_open": True, "limit": 10}),
        Table("Taken, and not charged as they should be", PartsQueries.uncharged, {"days": 0, "limit": 10}),
        Table("Taken and not given back", PartsQueries.taken, {"held": True, "limit": 10}),
        Table("What parts cost, by client", PartsQueries.costs, {"by": CostOf.CLIENT, "sort": "-cost", "limit": 10}),
    )


class PartsPage(Namespace[Manner]):
    """The parts page."""

    parts = dashboard(
        "desks.parts",
        "Parts",
        _blocks(),
        about="Show which parts are missing, what is on order, what tickets took, and what nobody is charged for.",
        filters=PartsFilter,
    )
