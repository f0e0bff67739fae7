"""What unposted work will come to, and what is wrong with it. Pure; money passes through no float."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.billing.kinds import BillingPolicy
from servicedesk_core.features.billing.model import Doubt, Stage
from servicedesk_core.features.profit import Terms

PREPAID: Final = frozenset({ContractKind.BLOCK_HOURS, ContractKind.RETAINER})
"""Kinds of contracts on which work uses up what was paid before."""

_MINUTE: Final = 60
_HOUR: Final = 3600
_ZERO: Final = Decimal(0)


def stage_of_line(*, is_invoiced: bool, is_voided: bool, is_carried: bool, is_paid: bool) -> Stage:
    """Return how far a posted line is, by its invoice, and by what the accounting system says of that."""
    if not is_invoiced or is_voided:
        return Stage.POSTED
    if is_paid:
        return Stage.PAID
    return Stage.TRANSFERRED if is_carried else Stage.INVOICED


def is_covered(terms: Terms | None, role: str, code: str) -> bool:
    """Whether work is known to be paid for by its contract: with its fee, or before as hours."""
    return terms is not None and (terms.kind in PREPAID or terms.covers(role, code))


def is_unclear(terms: Terms) -> bool:
    """Whether nothing says what work a contract covers."""
    return terms.kind is None or (terms.kind is ContractKind.RECURRING and terms.excluded is None)


def expected(billed_s: int, terms: Terms | None, role: str, code: str, hour: Decimal | None) -> Decimal | None:
    """Return what billable work will come to that is not posted yet; ``None`` = nobody knows.

    Args:
        billed_s: What would be billed.
        terms: What its contract says; ``None`` = it is on none.
        role: Role in which it was done.
        code: Its billing code.
        hour: What an hour in the role is sold at, on that contract or in general.
    """
    if is_covered(terms, role, code):
        return _ZERO
    if terms is not None and is_unclear(terms):
        return None
    return None if hour is None else in_cents(Fraction(hour) * billed_s / _HOUR, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A billable time entry that is not posted.

    Attributes:
        worked_s: What was worked; ``None`` = not told.
        billed_s: What would be billed; ``None`` = not told.
        has_summary: Whether the client could read what was done.
        work_on: The day of the work.
        company: Whose ticket or project it was; empty = not known.
        parents: The companies above that one; their contracts are its own too.
        contract: Its own contract; empty = none.
        terms: What that says; ``None`` = it is not there.
        ticket_terms: What the ticket's contract says; ``None`` = it has none.
        has_code: Whether it has a work type.
        is_code_active: Whether that is in use; ``None`` = not known.
        is_code_after_hours: Whether that is for work outside the client's hours.
        outside: Which part of it lay outside the client's hours; ``None`` = nobody said when they are, or when it was.
    """

    worked_s: int | None
    billed_s: int | None
    has_summary: bool
    work_on: date | None
    company: str
    parents: frozenset[str]
    contract: str
    terms: Terms | None
    ticket_terms: Terms | None
    has_code: bool
    is_code_active: bool | None
    is_code_after_hours: bool
    outside: Fraction | None


def doubts(one: Worked, policy: BillingPolicy, today: date) -> Iterator[tuple[Doubt, str]]:
    """Yield what is wrong with time, each with what would be right.

    Args:
        one: The time.
        policy: What it has to look like.
        today: The present day, in the desk's zone.
    """
    if not one.has_summary:
        yield Doubt.NO_SUMMARY, "say what was done"
    yield from _of_contract(one, today)
    if not one.has_code:
        yield Doubt.WRONG_WORK_TYPE, "choose a work type"
    elif one.is_code_active is False:
        yield Doubt.WRONG_WORK_TYPE, "choose a work type that is in use"
    yield from _of_hours(one, policy)
    yield from _of_length(one, policy.step_minutes * _MINUTE)
    if one.work_on is not None and today - one.work_on > timedelta(days=policy.unposted_days):
        yield Doubt.OLD, f"approve and post it: {(today - one.work_on).days} days old"


def _of_contract(one: Worked, today: date) -> Iterator[tuple[Doubt, str]]:
    day = one.work_on or today
    if not one.contract:
        if one.ticket_terms is not None and _ran(one.ticket_terms, day, today):
            yield Doubt.NO_CONTRACT, "the contract of its ticket"
    elif one.terms is None:
        yield Doubt.WRONG_CONTRACT, "its contract is not there; choose another one"
    elif one.company and one.terms.company and one.terms.company not in {one.company, *one.parents}:
        yield Doubt.WRONG_CONTRACT, "its contract is another client's"
    elif not _ran(one.terms, day, today):
        yield Doubt.WRONG_CONTRACT, "its contract was not in force then"


def _ran(terms: Terms, day: date, today: date) -> bool:
    """Whether a contract was in force on a day: one that runs, or one that has come to its end since."""
    first, last = terms.days
    return first <= day <= last and (terms.is_active or last < today)


def _of_hours(one: Worked, policy: BillingPolicy) -> Iterator[tuple[Doubt, str]]:
    if one.outside is None or not policy.after_hours:
        return
    if one.outside > Fraction(1, 2) and not one.is_code_after_hours:
        yield Doubt.AFTER_HOURS, f"work type {' or '.join(policy.after_hours)}"
    elif not one.outside and one.is_code_after_hours:
        yield Doubt.NOT_AFTER_HOURS, "a work type of the day"


def _of_length(one: Worked, step_s: int) -> Iterator[tuple[Doubt, str]]:
    if not one.worked_s:
        yield Doubt.ZERO, "enter how long it took, or delete it"
    elif one.billed_s == 0:
        yield Doubt.ZERO, "bill it, or say that it is not billable"
    elif one.billed_s is not None and one.billed_s < one.worked_s:
        yield Doubt.LESS, f"bill {_hours(one.worked_s)} h"
    elif one.billed_s is not None and one.billed_s > (full := -(-one.worked_s // step_s) * step_s):
        yield Doubt.MORE, f"bill {_hours(full)} h"


def _hours(seconds: int) -> str:
    return f"{Decimal(seconds) / _HOUR:.2f}"
