"""How many tickets come, and how sure that is."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Sort, piece, query
from servicedesk_core.features.forecast.model import (
    Backtest,
    Expected,
    ExpectedDay,
    ExpectedHour,
    ExpectedHours,
    HeldWeek,
)
from servicedesk_core.features.forecast.rules import DAYS, HOURS, Likely
from servicedesk_core.features.forecast.series import HUNDREDTH, Series, rounded, series_of
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_DAY: Final = timedelta(days=1)

PAGE: Final = "servicedesk_core.features.forecast.pages:shown"
"""How a terminal shows what rests on something that is said first."""

AHEAD = Annotated[int, Help("How many days, from today on.", between=(1, 56))]
HOURLY = Annotated[bool, Help("Of the forecast by hours, in place of days.")]


class Arrivals(Namespace[Manner]):
    """How many tickets come."""

    desk: ConfiguredDesk

    @query(
        "forecast.tickets",
        about="How many tickets are expected, day by day.",
        needs=Capability.INTERNAL,
        page=PAGE,
        empty="Too few whole days are known to forecast from.",
    )
    def tickets(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        days: AHEAD = 14,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Expected:
        """Forecast how many tickets are created a day, and say what that rests on.

        Seasonal naive, which is the last week over again, unless Holt-Winters was off by 5 % less in the last week. Of
        fewer than 14 days nothing is forecast.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = series_of(tx, self.desk, chosen, scope, DAYS)
        if isinstance(found, str):
            return Expected((), None, found)
        rows = tuple(ExpectedDay(day, *_steps(one)) for day, _, one in found.ahead(days))
        page = Expected(rows, None, found.why(), found.model, found.span.first, found.span.last)
        return piece(page, ExpectedDay, by="day", sort=sort, after=after, limit=limit)

    @query(
        "forecast.hours",
        about="How many tickets are expected, hour by hour.",
        needs=Capability.INTERNAL,
        page=PAGE,
        empty="Too few whole days are known to forecast from.",
    )
    def hours(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        days: AHEAD = 1,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> ExpectedHours:
        """Forecast how many tickets are created an hour, as `forecast tickets` does by days; a season is a week too.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = series_of(tx, self.desk, chosen, scope, HOURS)
        if isinstance(found, str):
            return ExpectedHours((), None, found)
        rows = tuple(ExpectedHour(day, hour, *_steps(one)) for day, hour, one in found.ahead(days))
        page = ExpectedHours(rows, None, found.why(), found.model, found.span.first, found.span.last)
        return piece(page, ExpectedHour, by="day,hour", sort=sort, after=after, limit=limit)

    @query(
        "forecast.backtest",
        about="How far off forecasts of the last weeks would have been, by each model.",
        needs=Capability.INTERNAL,
        page=PAGE,
        empty="Too few whole days are known to forecast from.",
    )
    def backtest(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        hourly: HOURLY = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Backtest:
        """Hold each of the last eight weeks back, forecast it from what was before, and say how far off that is.

        The latest week decides which model is used; the others show how steady that is.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = series_of(tx, self.desk, chosen, scope, HOURS if hourly else DAYS)
        if isinstance(found, str):
            return Backtest((), None, found)
        page = Backtest(tuple(_held_weeks(found)), None, found.why())
        return piece(page, HeldWeek, by="-first_day,model", sort=sort, after=after, limit=limit)


def _steps(one: Likely) -> tuple[Decimal, Decimal | None, Decimal | None]:
    return (
        rounded(one.expected),
        None if one.low is None else rounded(one.low),
        None if one.high is None else rounded(one.high),
    )


def _held_weeks(series: Series) -> Iterator[HeldWeek]:
    each = series.season // DAYS
    for place, held in enumerate(series.held):
        first = series.span.first + held.first // each * _DAY
        for model, error in held.errors.items():
            scaled = held.scaled(model)
            yield HeldWeek(
                first_day=first,
                last_day=first + 6 * _DAY,
                model=model,
                error=rounded(error, HUNDREDTH),
                scaled=None if scaled is None else rounded(scaled, HUNDREDTH),
                decides=place == 0,
                is_chosen=model is series.model,
            )
