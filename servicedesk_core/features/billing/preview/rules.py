"""Which work is billed, and at what price. Pure; money passes through no float."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.preview.pieces import Why
from servicedesk_core.features.billing.rules import is_covered, is_unclear
from servicedesk_core.features.profit import Terms

OVER: Final = "over"
"""The part of work that the hours bought in advance do not hold."""

HELD: Final = "held"
"""The part that they hold: no document bills it but one that bills the whole."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour is sold at.

    Attributes:
        hour: The price.
        currency: Its currency; ``None`` = nobody named it.
    """

    hour: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """Hours bought in advance.

    Attributes:
        days: First and last day of what they may be used for.
        held_s: What is left of them before any of the work that waits.
    """

    days: tuple[date, date]
    held_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A time entry, with everything that decides whether and how it is billed.

    Attributes:
        is_billable: Whether it is to be paid, as the PSA says.
        is_approved: Whether it is approved for billing.
        billed_s: What is billed of it; ``None`` = not told.
        day: The day of the work.
        contract: Its contract; empty = none.
        terms: What that says; ``None`` = it is not there.
        role: Its role; empty = none.
        code: Its billing code; empty = none.
        over_s: On a contract of hours bought in advance: what these do not hold; ``None`` = nobody knows.
        rate: What an hour is sold at by contract or role; ``None`` = nothing says it.
        block_rate: What an hour of the newest block cost; ``None`` = nothing says it.
        factor: How many times as much an hour costs, as it is work outside the client's hours.
    """

    is_billable: bool
    is_approved: bool
    billed_s: int | None
    day: date
    contract: str
    terms: Terms | None
    role: str
    code: str
    over_s: int | None
    rate: Rate | None
    block_rate: Rate | None
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """Work that is billed.

    Attributes:
        billed_s: How much of it.
        rate: What an hour costs.
        part: Which part of it that is; empty = all of it.
    """

    billed_s: int
    rate: Rate
    part: str = ""


def priced(one: Work) -> Priced | tuple[Why, str]:
    """Return what is billed of work, or why nothing is, with a sentence about it."""
    if not one.is_billable:
        return Why.NOT_BILLABLE, "The PSA says that it is not billable."
    if not one.is_approved:
        return Why.UNAPPROVED, "Approve it in the PSA."
    if one.billed_s is None:
        return Why.NO_QUANTITY, "Enter how long it took."
    if one.contract and (wrong := _doubt(one)) is not None:
        return Why.UNCLEAR_CONTRACT, wrong
    is_block = one.terms is not None and one.terms.kind is ContractKind.BLOCK_HOURS
    return _over(one, one.billed_s) if is_block else _by_the_hour(one, one.billed_s)


def _by_the_hour(one: Work, billed_s: int) -> Priced | tuple[Why, str]:
    if is_covered(one.terms, one.role, one.code):
        return Why.COVERED, "Its contract pays for it."
    if not one.role:
        return Why.NO_ROLE, "Say in which role it was done."
    if one.rate is None:
        return Why.NO_RATE, "Neither contract nor role says what an hour is sold at."
    return Priced(billed_s, Rate(one.rate.hour * one.factor, one.rate.currency))


def _doubt(one: Work) -> str | None:
    """Return what is unclear about the contract of work."""
    if one.terms is None:
        return "Its contract is not there."
    first, last = one.terms.days
    if not first <= one.day <= last:
        return "Its contract was not in force on that day."
    return "Nothing says what its contract covers." if is_unclear(one.terms) else None


def _over(one: Work, billed_s: int) -> Priced | tuple[Why, str]:
    if one.over_s is None:
        return Why.UNCLEAR_CONTRACT, "Nothing says how many hours its contract bought, and used."
    if one.over_s == 0:
        return Why.COVERED, "Hours bought in advance pay for it."
    if one.block_rate is None:
        return Why.NO_RATE, "Its block is used up, and has no price of an hour."
    return Priced(one.over_s, one.block_rate, OVER if one.over_s < billed_s else "")


def in_force(days: tuple[date, date], of_contract: tuple[date, date]) -> tuple[date, date]:
    """Return first and last of some days on which a contract is in force, which it is on at least one."""
    return max(days[0], of_contract[0]), min(days[1], of_contract[1])


def overdrawn(blocks: Sequence[Block], work: Iterable[tuple[date, int]]) -> list[int]:
    """Return what hours bought in advance do not hold of each piece of work, in seconds.

    A piece takes from the oldest block that may be used on its day first, and what one does not hold from the next.

    Args:
        blocks: The blocks, oldest first.
        work: Day and seconds of each piece, in the order in which it uses them up.
    """
    held = [max(one.held_s, 0) for one in blocks]
    over: list[int] = []
    for day, seconds in work:
        needed = seconds
        for number, block in enumerate(blocks):
            if block.days[0] <= day <= block.days[1]:
                taken = min(held[number], needed)
                held[number], needed = held[number] - taken, needed - taken
        over.append(needed)
    return over
