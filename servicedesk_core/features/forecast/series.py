"""A series of tickets, and how it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.forecast import tables
from servicedesk_core.features.forecast.rules import DAYS, Held, Likely, Model, backtest, chosen, forecast
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import counted

_DAY: Final = timedelta(days=1)
_WEEKS: Final = 8
"""Weeks that are held back, one after the other, to see how steady a forecast is."""
_HOURLY: Final = timedelta(weeks=26)
"""Hours go no further back: a day's course changes sooner than a year's."""
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Series:
    """What came, and how it goes on.

    Attributes:
        span: The days of which all tickets are known.
        values: What came.
        season: Steps of a season.
        held: The weeks that were held back.
        today: The day on which somebody asks.
    """

    span: tables.Span
    values: list[int]
    season: int
    held: list[Held]
    today: date

    @property
    def model(self) -> Model:
        """By which model it goes on."""
        return chosen(self.held)

    def ahead(self, days: int) -> Iterator[tuple[date, int, Likely]]:
        """Yield the steps of some days from today on: day, hour, and what is likely; a series by days has hour 0."""
        each = self.season // DAYS
        skipped = (self.today - self.span.end).days
        for number, one in enumerate(forecast(self.values, self.season, each * (skipped + days), self.model)):
            if number >= each * skipped:
                yield self.span.end + number // each * _DAY, number % each, one

    def why(self) -> str:
        """Say what it rests on, and why this model is chosen."""
        span = self.span
        text = f"By {self.model}, from {counted(span.days, 'day')}: {span.first} to {span.last}."
        if not self.held:
            return f"{text} There are too few days to hold a week back and see how far off it would have been."
        naive, other = (self.held[0].errors.get(one) for one in (Model.SEASONAL_NAIVE, Model.HOLT_WINTERS))
        step = "a day" if self.season == DAYS else "an hour"
        told = (
            f"{text} For the last week it would have been off by {rounded(self.held[0].errors[self.model], HUNDREDTH)} "
        )
        if other is None or naive is None:
            return f"{told}tickets {step}; Holt-Winters takes a week more."
        is_other = self.model is Model.HOLT_WINTERS
        rest = rounded(naive if is_other else other, HUNDREDTH)
        beside = Model.SEASONAL_NAIVE if is_other else Model.HOLT_WINTERS
        return f"{told}tickets {step}, {beside} by {rest}."


def series_of(
    tx: Tx, desk: ConfiguredDesk, chosen: TicketChoice | None, scope: Scope | None, season: int
) -> Series | str:
    """Return the series of the tickets that a choice lets through, or why nothing can be forecast from it.

    Args:
        tx: Any transaction.
        desk: The desk.
        chosen: Of which tickets.
        scope: Only what it lets through.
        season: Steps of a season: those of a series by days, or by hours.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    where = conditions(tx, mine(desk, TicketFilter.of(chosen, everything=True)), scope)
    span = tables.known(tx, desk, scope)
    if span.lacks:
        return span.lacks
    if season != DAYS:
        span = span._replace(first=max(span.first, span.end - _HOURLY))
    rows = tables.came(tx, where, span.first, span.end, ZoneInfo(desk.timezone), by_queue=False)
    return going_on(desk, span, rows, season)


def going_on(desk: ConfiguredDesk, span: tables.Span, rows: list[tables.Came], season: int) -> Series:
    """Return a series of what came."""
    values = tables.by_days(rows, span) if season == DAYS else tables.by_hours(rows, span)
    today = desk.clock.now().astimezone(ZoneInfo(desk.timezone)).date()
    return Series(span, values, season, backtest(values, season, _WEEKS), today)


def rounded(number: float | Decimal, to: Decimal = TENTH) -> Decimal:
    """Return a number as people read it."""
    return Decimal(number).quantize(to, ROUND_HALF_UP)
