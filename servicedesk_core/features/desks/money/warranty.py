"""The warranty page: money first, then whose turn claims are, what was never claimed, and what covers end."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.warranty.facts import CoverState
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
from servicedesk_core.faces.kpi import figure, measured, on_desk
from servicedesk_core.faces.measure import Period
from servicedesk_core.features.claims import ClaimFilter, ClaimQueries, MoneyState, Turn, numbers, turn_of
from servicedesk_core.features.desks.rules import quarter_of
from servicedesk_core.features.warranty import (
    MISSED,
    RECOVERED,
    TOLD,
    WAITING,
    Standing,
    WarrantyQueries,
    chosen_standings,
)

_WITHIN: Final = (30, 60, 90, 180)
_AGES: Final = ("up to 7 days", "8 to 30 days", "31 to 90 days", "older")
_DAYS: Final = (7, 30, 90)
_TURNS: Final = {Turn.US: "Waiting for us", Turn.MAKER: "Waiting for the manufacturer"}
_UNKNOWN: Final = tuple(state for state in CoverState if state not in TOLD)


@dataclass(frozen=True, slots=True)
class WarrantyFilter:
    """What the page is about; nothing restricts it."""

    company: Annotated[tuple[str, ...], Help("Only of this client, by name or how it begins, or id.")] = ()
    manufacturer: Annotated[tuple[str, ...], Help("Only of this manufacturer, in any spelling, or its beginning.")] = ()


def _quarter(looking: Looking) -> Period:
    return quarter_of(looking.at, looking.desk.timezone)


def _since(looking: Looking) -> dict[str, Any]:
    return {"since": _quarter(looking).start}


def _money(looking: Looking) -> Sequence[Figure]:
    chosen, period = _claims(looking), _quarter(looking)
    kpis = [on_desk(kpi, looking.desk) for kpi in (RECOVERED, WAITING, MISSED)]
    return [figure(kpi, measured(kpi, looking.tx, period, chosen, looking.scope, may=looking.desk.may)) for kpi in kpis]


def _behind_money(one: Figure, looking: Looking) -> Opens:
    named = _named(looking)
    if one.name == MISSED.name:
        return Opens.of(WarrantyQueries.missed, **_since(looking), **named)
    if one.name == WAITING.name:
        return Opens.of(ClaimQueries.money, standing=MoneyState.WAITING, **named)
    return Opens.of(ClaimQueries.money, standing=MoneyState.RECOVERED, **_since(looking), **named)


def _named(looking: Looking) -> dict[str, tuple[str, ...]]:
    return {"company": looking.chosen.company, "manufacturer": looking.chosen.manufacturer}


def _claims(looking: Looking) -> ClaimFilter:
    return ClaimFilter(company=looking.chosen.company, manufacturer=looking.chosen.manufacturer)


def _turns(looking: Looking) -> Iterator[Counted]:
    now = looking.at.astimezone(_quarter(looking).zone)
    states = numbers(looking.tx, _claims(looking), now, looking.scope).states
    edges = [now - timedelta(days=days) for days in _DAYS]
    spans: list[tuple[datetime | None, datetime | None]] = [*zip(edges, (None, *edges), strict=False)]
    spans.append((None, edges[-1]))
    for turn, group in _TURNS.items():
        for at, ((since, before), label) in enumerate(zip(spans, _AGES, strict=True)):
            count = sum(one.by_age[at] for one in states if turn_of(one.state) is turn)
            opens = Opens.of(
                ClaimQueries.list, turn=turn, created_since=since, created_before=before, **_named(looking)
            )
            yield Counted(label, count, opens, group, is_bad=turn is Turn.US and at > 0 and count > 0)


def _covers(looking: Looking) -> Sequence[Standing]:
    return [*chosen_standings(looking.tx, _day(looking), looking.scope, **_named(looking))]


def _day(looking: Looking) -> Any:
    return looking.at.astimezone(_quarter(looking).zone).date()


def _bands(looking: Looking) -> Iterator[Counted]:
    found, day, named = looking.once(_covers), _day(looking), _named(looking)
    for days in _WITHIN:
        count = sum(one.ends_within(day, days) for one in found)
        opens = Opens.of(WarrantyQueries.expiring, within=timedelta(days=days), **named)
        yield Counted(f"end within {days} days", count, opens, about="With those that end sooner.")
    states = Counter(one.state for one in found)
    for label, several in (("expired", (CoverState.EXPIRED,)), ("unknown", _UNKNOWN)):
        opens = Opens.of(WarrantyQueries.devices, state=several, **named)
        yield Counted(label, sum(states[one] for one in several), opens)


def _blocks() -> tuple[Block, ...]:
    return (
        Figures("Money, this quarter", _money, records=_behind_money, needs=Capability.MONEY),
        Counts("Claims, by whose turn it is and how old they are", _turns, needs=Capability.CLAIMS_READ),
        Table("Claims that wait for us", ClaimQueries.list, {"turn": Turn.US, "limit": 10}),
        Table(
            "Never claimed: worked on covered devices this quarter",
            WarrantyQueries.missed,
            lambda looking: {"limit": 10, **_since(looking)},
        ),
        Counts("Covers", _bands),
        Table("What manufacturers answer and decide", WarrantyQueries.answers),
        Table("To renew, by client", WarrantyQueries.renewals, {"limit": 10}),
        Table("Models that broke in the last year", WarrantyQueries.failures, {"limit": 10}),
    )


class WarrantyPage(Namespace[Manner]):
    """The warranty page."""

    warranty = dashboard(
        "desks.warranty",
        "Warranty",
        _blocks(),
        about="Show money of claims, whose turn they are, what was never claimed, and which covers end.",
        filters=WarrantyFilter,
    )
