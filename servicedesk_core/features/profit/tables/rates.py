"""What an hour of whom costs, as it was decided or as the PSA says, and in which policy a month is counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from servicedesk_core.errors import SettingsError
from servicedesk_core.features.definitions import Holding, holding, in_force
from servicedesk_core.features.profit.kinds import COST_RATES, EXCHANGE_RATES, POLICY, CostRate, ProfitPolicy
from servicedesk_core.features.profit.months import Month, midnight
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.names import meant
from servicedesk_core.store.schema import RECORDS

_ANY: Final = ""
Who = tuple[int, str, str]
"""Source, technician and role; an empty one means any."""


def own_currency(tx: Tx, at: datetime) -> str | None:
    """Return the MSP's own currency, as the policy of margins names it; ``None`` = nobody named it."""
    return next((one.currency for one in in_force(tx, POLICY, at)), None)


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour of somebody costs.

    Attributes:
        hour: The cost.
        currency: Its currency; ``None`` = the MSP's own.
        multipliers: How many times as much, by source and billing code.
    """

    hour: Decimal
    currency: str | None
    multipliers: Mapping[tuple[int, str], Decimal]


class Rates:
    """The cost rates of all times.

    Args:
        tx: Any transaction.
        zone: The desk's zone: a rate holds from the first day that begins after it does.
    """

    def __init__(self, tx: Tx, zone: tzinfo) -> None:
        self._tx, self._zone = tx, zone
        self._held = holding(tx, COST_RATES)
        self._on: dict[date, dict[Who, Rate]] = {}
        self._refs: dict[tuple[str, str], tuple[tuple[int, str], ...]] = {}

    @property
    def changes(self) -> set[date]:
        """The days on which one begins or ends."""
        return {self._day(one) for one in self._held} - {date.min}

    def of(self, source_id: int, technician: str, role: str, on: date, contract: str = "") -> Rate | None:
        """Return what an hour costs; ``None`` = nobody said it.

        What was decided for a technician in a role goes before what was for the technician, and that before the role's.
        Where nothing was decided, what the PSA says of work on a contract counts.
        """
        held = self.on(on)
        keys = (source_id, technician, role), (source_id, technician, _ANY), (source_id, _ANY, role)
        if (found := next((held[key] for key in keys if key in held), None)) is not None:
            return found
        said = ((source_id, contract, *who) for who in ((technician, role), (technician, _ANY), (_ANY, role)))
        hour = next((self._said[key] for key in said if contract and key in self._said), None)
        return None if hour is None else Rate(hour, None, {})

    @cached_property
    def _said(self) -> Mapping[tuple[int, str, str, str], Decimal]:
        """What the PSA says that an hour costs, by source, contract, technician and role."""
        of = RECORDS["contract_rates"].c
        query = select(of.source_id, of.contract_ref, of.technician_ref, of.role_ref, of.hourly_cost)
        rows = self._tx.execute(query.where(said_by_psa()).order_by(of.local_id))
        return {
            (source_id, one or "", who or _ANY, role or _ANY): from_micro(cost)
            for source_id, one, who, role, cost in rows
        }

    def on(self, day: date) -> dict[Who, Rate]:
        """Return all rates that hold on a day; of several for the same, the one that began last."""
        if day not in self._on:
            self._on[day] = {
                who: rate for held in self._holding_on(day) for rate in (self._rate(held),) for who in self._whose(held)
            }
        return self._on[day]

    def _holding_on(self, day: date) -> Iterator[CostRate]:
        newest: dict[str, Holding[CostRate]] = {}
        for one in self._held:
            if self._day(one) <= day:
                newest[one.name] = one
        yield from (one.value for one in sorted(newest.values(), key=self._day) if one.value is not None)

    def _rate(self, held: CostRate) -> Rate:
        codes = held.multipliers.items()
        multipliers = {key: factor for word, factor in codes for key in self._meant("billing_codes", word)}
        return Rate(held.hour, held.currency, multipliers)

    def _whose(self, held: CostRate) -> Iterator[Who]:
        technicians = [key for word in held.technicians for key in self._meant("technicians", word)]
        roles = [key for word in held.roles for key in self._meant("roles", word)]
        if not held.roles:
            yield from ((source_id, ref, _ANY) for source_id, ref in technicians)
        elif not held.technicians:
            yield from ((source_id, _ANY, ref) for source_id, ref in roles)
        else:
            yield from ((one, ref, role) for one, ref in technicians for other, role in roles if one == other)

    def _meant(self, stream: str, word: str) -> tuple[tuple[int, str], ...]:
        key = (stream, word)
        if key not in self._refs:
            self._refs[key] = tuple((one.source_id, one.external_id) for one in meant(self._tx, stream, word))
        return self._refs[key]

    def _day(self, one: Holding[CostRate]) -> date:
        if one.since is None:
            return date.min
        day = one.since.astimezone(self._zone).date()
        return day if midnight(day, self._zone) >= one.since else day + timedelta(days=1)


def said_by_psa() -> ColumnElement[bool]:
    """Return that a rate of a contract says what an hour costs, and of whom or in which role."""
    of = RECORDS["contract_rates"].c
    return and_(
        of.gone_at.is_(None), of.hourly_cost.is_not(None), or_(of.technician_ref.is_not(None), of.role_ref.is_not(None))
    )


def policies(tx: Tx, months: Sequence[Month], zone: tzinfo) -> dict[Month, ProfitPolicy]:
    """Return the policy by which each month is counted: the one that holds when it begins.

    Raises:
        SettingsError: Nobody decided one for it.
    """
    found: dict[Month, ProfitPolicy] = {}
    for month in months:
        decided = in_force(tx, POLICY, midnight(month.first, zone))
        if not decided:
            raise SettingsError(
                f"Nobody decided how the margins of {month} are counted.",
                hint='Write [profit] with currency = "EUR", or whatever the MSP\'s own currency is, into a file of '
                "definitions, and apply it: `servicedesk definitions apply --reason WHY`.",
            )
        [found[month]] = decided
    return found


def exchange_rates(tx: Tx) -> dict[tuple[str, str], Decimal]:
    """Return what a unit of a currency is worth, by currency and month, as it was decided last."""
    newest = {one.name: one.value for one in holding(tx, EXCHANGE_RATES)}
    return {(name, month): rate for name, value in newest.items() if value for month, rate in value.months.items()}
