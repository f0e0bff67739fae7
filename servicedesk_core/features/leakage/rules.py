"""What is not billed, or not enough. Pure; money passes through no float."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.billing import is_covered, is_unclear
from servicedesk_core.features.leakage.model import Leak
from servicedesk_core.features.profit import Terms

_HOUR_S: Final = 3600
_HALF: Final = Fraction(1, 2)
_AFTER_HOURS_CODE: Final = "an after-hours work type"


@dataclass(frozen=True, slots=True)
class Leaked:
    """Something that is not billed, or not enough.

    Attributes:
        leak: Why.
        amount: What it comes to; ``None`` = nobody knows.
        evidence: What shows it.
        right: What would correct it.
    """

    leak: Leak
    amount: Decimal | None
    evidence: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labour:
    """A time entry with what became of it.

    Attributes:
        worked_s: What was worked.
        billed_s: What is, or would be, billed.
        is_billable: Whether it is to be billed at all.
        posted: What its posted lines come to; ``None`` = it is on none, or nobody knows.
        is_posted: Whether it is on any, or on a document of ours.
        day: The day of the work.
        role: Its role.
        code: Its billing code.
        terms: What its contract says; ``None`` = it is on none.
        hour: What an hour of it is sold at; ``None`` = nobody knows.
        outside: Returns which part of it lay outside the client's hours, ``None`` = not known; asked where it matters.
        after_hours: The work types for work outside them.
        factor: How many times as much an hour costs then; ``None`` = nobody said.
    """

    worked_s: int
    billed_s: int
    is_billable: bool
    posted: Decimal | None
    is_posted: bool
    day: date
    role: str
    code: str
    terms: Terms | None
    hour: Decimal | None
    outside: Callable[[], Fraction | None]
    after_hours: frozenset[str]
    factor: Decimal | None

    @property
    def earns_nothing(self) -> bool:
        """Whether it is known that nobody pays for it by itself."""
        return not self.is_billable or (self.is_posted and self.posted == 0)

    @property
    def would_earn_nothing(self) -> bool:
        """Whether nobody pays for it by itself, or will, where its contract covers it."""
        return self.earns_nothing or not self.is_posted


def of_labour(one: Labour, today: date) -> Leaked | None:
    """Return why work is not billed, or not enough; ``None`` = it is, or is still to be.

    Args:
        one: The work.
        today: The present day: a contract that is over since is no leak of the days before.
    """
    terms, hours = one.terms, _hours(one.worked_s)
    is_over = terms is not None and _is_over(terms, one, today) and is_covered(terms, one.role, one.code)
    if terms is not None and is_over and one.would_earn_nothing:
        ended = f"ended on {terms.days[1]}" if terms.days[1] < one.day else "is not in force"
        return Leaked(
            Leak.ENDED, _worth(one), f"{hours} on a contract that {ended}", "bill it by the hour, or renew it"
        )
    if terms is not None and terms.kind is ContractKind.RECURRING and _is_excluded(terms, one) and one.earns_nothing:
        why = "not billable" if not one.is_billable else "posted at 0"
        return Leaked(Leak.EXCLUDED, _worth(one), f"{hours} that the contract excludes, {why}", "bill it by the hour")
    return _after_hours(one) if one.is_billable and one.code not in one.after_hours else None


def _after_hours(one: Labour) -> Leaked | None:
    if one.terms is not None and is_unclear(one.terms):
        return None  # nobody knows whether it is billed by the hour
    if (outside := one.outside()) is None or outside <= _HALF:
        return None
    if is_covered(one.terms, one.role, one.code):
        return _after_covered_hours(one)
    more = None if one.factor is None else _worth(one, one.factor - 1)
    if more is not None and one.posted is not None and (day := _worth(one)) is not None:
        more -= max(one.posted - day, Decimal(0))  # what was posted beyond the day's price is billed already
    evidence = f"{_hours(one.worked_s)} after hours at the day's price"
    return Leaked(Leak.AFTER_HOURS, more, evidence, _AFTER_HOURS_CODE) if more is None or more > 0 else None


def _after_covered_hours(one: Labour) -> Leaked | None:
    excluded = one.terms.excluded if one.terms is not None else None
    if not excluded or not any(f"code:{code}" in excluded for code in one.after_hours):
        return None  # its contract covers work at any hour
    evidence = f"{_hours(one.worked_s)} after hours, billed as covered"
    leaked = Leaked(Leak.AFTER_HOURS, _worth(one, one.factor), evidence, _AFTER_HOURS_CODE)
    return leaked if one.would_earn_nothing else None


def of_block(bought_s: int, used_s: int, waiting_s: int, hour: Decimal | None) -> Leaked | None:
    """Return by how much the hours that were bought in advance are overdrawn.

    Args:
        bought_s: What the blocks in force hold.
        used_s: What approved work used of them.
        waiting_s: Billable work on the contract that is not posted yet.
        hour: What an hour of the newest block cost.
    """
    over = used_s + waiting_s - bought_s
    if over <= 0:
        return None
    evidence = f"{_hours(used_s)} used and {_hours(waiting_s)} waiting of {_hours(bought_s)} bought"
    return Leaked(Leak.BLOCK, _price(over, hour), evidence, "sell a block, or bill the rest by the hour")


def of_units(name: str, counted: int, units: int, unit_price: Decimal | None) -> Leaked | None:
    """Return by how much there is more of something than was contracted, at the price of a period."""
    if counted <= units:
        return None
    amount = None if unit_price is None else in_cents(unit_price * (counted - units), "")
    return Leaked(Leak.UNITS, amount, f"{counted} {name}, {units} contracted", f"contract {counted - units} more")


def _is_over(terms: Terms, one: Labour, today: date) -> bool:
    """Whether a contract was not in force; one that was ended early was, when its work was posted."""
    first, last = terms.days
    return not first <= one.day <= last or (not terms.is_active and last >= today and not one.is_posted)


def _is_excluded(terms: Terms, one: Labour) -> bool:
    return terms.excluded is not None and bool(terms.excluded & {f"role:{one.role}", f"code:{one.code}"})


def _worth(one: Labour, factor: Decimal | None = Decimal(1)) -> Decimal | None:
    return None if factor is None else _price(one.billed_s or one.worked_s, one.hour, factor)


def _price(seconds: int, hour: Decimal | None, factor: Decimal = Decimal(1)) -> Decimal | None:
    return None if hour is None else in_cents(Fraction(hour) * Fraction(factor) * seconds / _HOUR_S, "")


def _hours(seconds: int) -> str:
    return f"{Decimal(seconds) / _HOUR_S:.2f} h"
