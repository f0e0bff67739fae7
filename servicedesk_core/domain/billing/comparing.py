"""Whether a ledger's document is what was asked for, to the cent. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from servicedesk_core.domain.billing.documents import Document, DocumentRequest, TaxMode


class Verdict(StrEnum):
    """What a ledger's document is beside the one that was asked for."""

    EQUAL = "equal"
    ROUNDING = "rounding"
    """Only the total differs, within the tolerance: a line of :attr:`Difference.amount` makes it equal."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """How a ledger's document differs from the request.

    Attributes:
        verdict: What that makes of it.
        reasons: What differs, as sentences for people, with amounts.
        amount: What the total asked for has more than the ledger's, with tax; zero when the tax is the ledger's to say.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    amount: Decimal = Decimal(0)


def compared(asked: DocumentRequest, shown: Document, *, rounding_lines: int = 0) -> Difference:
    """Return how a ledger's document differs from the one that was asked for.

    What the ledger does not say is no difference, but a total always is.

    Args:
        asked: The request.
        shown: What the ledger shows.
        rounding_lines: How many lines at the end of it were added to make the total right.
    """
    lines = shown.lines[: len(shown.lines) - rounding_lines]
    reasons = [f"It is for customer {shown.customer}, not {asked.customer}."] * _differs(shown.customer, asked.customer)
    if _differs(shown.currency, asked.currency):
        reasons.append(f"It is in {shown.currency}, not {asked.currency}.")
    if len(lines) != len(asked.lines):
        reasons.append(f"It has {len(lines)} lines, not {len(asked.lines)}.")
    for mine, other in zip_longest(asked.lines, lines):
        if mine is not None and other is not None and _differs(other.amount, mine.amount):
            reasons.append(f"Line {mine.number} comes to {other.amount:f}, not {mine.amount:f}.")
    net = shown.net if asked.total is None else None
    if asked.total is None and asked.tax_mode is not TaxMode.INCLUSIVE and _differs(net, asked.net):
        reasons.append(f"Without tax it comes to {net:f}, not {asked.net:f}.")
    if reasons:
        return Difference(Verdict.OTHER, tuple(reasons))
    if asked.total is None:
        return Difference(Verdict.EQUAL)
    if shown.total is None:
        return Difference(Verdict.OTHER, ("It shows no total.",))
    amount = asked.total - shown.total
    if not amount:
        return Difference(Verdict.EQUAL)
    reason = f"It comes to {shown.total:f}, not {asked.total:f}."
    can_round = asked.rounding_item is not None or asked.rounding_account is not None
    verdict = Verdict.ROUNDING if can_round and abs(amount) <= asked.tolerance else Verdict.OTHER
    return Difference(verdict, (reason,), amount)


def _differs(shown: object, asked: object) -> bool:
    return shown is not None and shown != asked
