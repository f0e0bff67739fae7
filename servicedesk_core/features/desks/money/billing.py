"""The billing page: what a month would bring, what waits for its money, where documents stand, and what leaks."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

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
    Piece,
    Point,
    Sentence,
    Series,
    Table,
    Told,
    dashboard,
)
from servicedesk_core.features.billing import BEHIND, KPIS, BillingQueries, DocumentState
from servicedesk_core.features.desks.rules import month_before
from servicedesk_core.features.leakage import LeakageQueries
from servicedesk_core.features.profit import ProfitQueries
from servicedesk_core.wording import counted

_MOST: Final = 10_000
_LONGEST: Final[dict[str, Any]] = {"sort": "-age_days", "limit": 10}
_TEN: Final[dict[str, Any]] = {"limit": 10}
_NEEDS_SOMEBODY: Final = frozenset({DocumentState.PROPOSED, DocumentState.IN_DOUBT, DocumentState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class BillingFilter:
    """What the page is about."""

    period: Annotated[
        str | None, Help("The month that is billed [default: the one before this].", metavar="YYYY-MM")
    ] = None


def behind_money(name: str) -> Opens | None:
    """Return the list whose amounts come to a figure of money on its way; ``None`` = it is none."""
    return Opens.of(BillingQueries.stages, **BEHIND[name]) if name in BEHIND else None


def _month(looking: Looking) -> str:
    if looking.chosen.period is not None:
        return str(looking.chosen.period)
    return month_before(looking.at.astimezone(ZoneInfo(looking.desk.timezone)).date())


def _previewed(looking: Looking) -> Any:
    return looking.ask(BillingQueries.preview, period=_month(looking))


def _preview(looking: Looking) -> Told:
    month, found = _month(looking), looking.once(_previewed)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in found.drafts:
        sums[one.currency] += one.net
    opens = Opens.of(BillingQueries.preview, period=month)
    if not found.drafts:
        return Told([Piece(f"Nothing of {month} is left to be billed here.")], None)
    amounts = " and ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(sums.items()))
    return Told(
        [Piece(counted(len(found.drafts), "document"), opens), Piece(f" of {month} would be made: {amounts}.")], None
    )


def _left(looking: Looking) -> Iterator[Counted]:
    month = _month(looking)
    for one in looking.once(_previewed).left:
        yield Counted(one.why.value, one.pieces, Opens.of(BillingQueries.exceptions, period=month, why=one.why))


def _stood(looking: Looking) -> Any:
    return looking.ask(BillingQueries.stages, **_LONGEST)


def _waits(looking: Looking) -> Iterator[Point]:
    for one in looking.once(_stood).sums:
        label = f"{one.stage.value} ({one.currency})" if one.currency else one.stage.value
        yield Point(label, float(one.amount), Opens.of(BillingQueries.stages, stage=(one.stage,)))


def _documents(looking: Looking) -> Iterator[Counted]:
    given = {"period": looking.chosen.period} if looking.chosen.period else {}
    states = Counter(row.state for row in looking.ask(BillingQueries.status, everything=True, limit=_MOST, **given))
    for state, count in states.items():
        opens = Opens.of(BillingQueries.status, state=state, **given)
        yield Counted(state.value.replace("_", " "), count, opens, is_bad=state in _NEEDS_SOMEBODY)


def _parted(looking: Looking) -> Iterator[Counted]:
    given = {"period": looking.chosen.period} if looking.chosen.period else {}
    ways = Counter(row.parting for row in looking.ask(BillingQueries.reconcile, limit=_MOST, **given))
    for way, count in ways.items():
        yield Counted(way.value, count, Opens.of(BillingQueries.reconcile, parting=way, **given), is_bad=True)


def _leaked(looking: Looking) -> Any:
    return looking.ask(LeakageQueries.list, **_TEN)


def _leaks(looking: Looking) -> Iterator[Counted]:
    found: Counter[Any] = Counter()
    for one in looking.once(_leaked).sums:
        found[one.leak] += one.found
    for leak, count in found.items():
        yield Counted(leak.value, count, Opens.of(LeakageQueries.list, leak=leak), is_bad=True)


def _records(one: Figure, _: Looking) -> Opens | None:
    return behind_money(one.name)


def _blocks() -> tuple[Block, ...]:
    return (
        Sentence("The month to bill", _preview, needs=Capability.MONEY),
        Counts("Left out of that month, by reason", _left, needs=Capability.MONEY),
        Figures(
            "Money, now",
            tuple(one for one in KPIS if one.over == "instant"),
            records=_records,
            needs=Capability.MONEY,
        ),
        Series("What waits for its money, by stage", _waits, needs=Capability.MONEY),
        Table("What waits longest", BillingQueries.stages, _LONGEST, lambda looking: looking.once(_stood).items),
        Counts("Documents", _documents, needs=Capability.MONEY),
        Counts("Documents that the ledger has otherwise", _parted, needs=Capability.MONEY),
        Counts("Not billed, by reason", _leaks, needs=Capability.MONEY),
        Table(
            "Not billed, the largest amounts first",
            LeakageQueries.list,
            _TEN,
            lambda looking: looking.once(_leaked).items,
        ),
        Table("Time to look at before it is approved", BillingQueries.review, {"limit": 10}),
        Table("Months that take no new documents", BillingQueries.locks),
        Table("Months whose margins are closed", ProfitQueries.months),
    )


class BillingPage(Namespace[Manner]):
    """The billing page."""

    billing = dashboard(
        "desks.billing",
        "Billing",
        _blocks(),
        about="Show what a month would bring, what waits for its money, where documents stand, and what leaks.",
        filters=BillingFilter,
        needs=Capability.MONEY,
    )
