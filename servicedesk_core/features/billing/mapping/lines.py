"""Lines of a document as a ledger takes them: quantity, price and text change, what they come to never does. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.billing import RequestedLine, TaxCode, TaxRounding, line_net, taxed
from servicedesk_core.features.billing.drafts import DraftLine
from servicedesk_core.features.billing.mapping.links import LedgerRecord, NoLink
from servicedesk_core.hooks import BillingCapability

_LONGEST: Final = 4_000
"""Characters of a description that ledgers take."""
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class MadeLine:
    """A line with what it is in the ledger.

    Attributes:
        of: What was previewed; of several that are one, the first.
        quantity: How many; below zero where something is given back.
        unit_price: Of one, never below zero.
        amount: Both together, in whole cents.
        description: What the client reads.
        item: The ledger's id of the item.
        account: The ledger's id of the account.
        tax_code: The ledger's id of how it is taxed.
        rate: Its rate in percent; ``None`` = only the ledger knows it.
    """

    of: DraftLine
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    description: str
    item: str | None
    account: str | None
    tax_code: str | None
    rate: Decimal | None


Found = LedgerRecord | NoLink


def made_line(
    line: DraftLine, takes: BillingCapability, currency: str, *, item: Found, account: Found, code: Found
) -> MadeLine:
    """Return a line as a ledger takes it: what has too many decimals is one of its amount, with the detail in words."""
    sign = -1 if line.unit_price < 0 else 1
    quantity, price, text = sign * line.quantity, sign * line.unit_price, line.description
    fits = (
        _decimals(quantity) <= takes.quantity_decimals
        and _decimals(price) <= takes.unit_price_decimals
        and line_net(quantity, price, currency) == line.amount
    )
    if not fits:
        text = f"{text} ({quantity.normalize():f} x {price.normalize():f} {currency})"
        quantity, price = _whole(line.amount)
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    rate = code.rate if isinstance(code, TaxCode) else None
    return MadeLine(line, quantity, price, line.amount, short, ref_of(item), ref_of(account), ref_of(code), rate)


def ref_of(found: Found) -> str | None:
    """Return the ledger's id of what was found."""
    return None if isinstance(found, NoLink) else found.external_id


def few(lines: Sequence[MadeLine], most: int) -> list[MadeLine]:
    """Return lines as they are, or where there are more than so many, those of one item as one."""
    if len(lines) <= most:
        return list(lines)
    groups: dict[tuple[object, ...], list[MadeLine]] = {}
    for line in lines:
        groups.setdefault((line.of.sells, line.item, line.account, line.tax_code, line.rate), []).append(line)
    return [_together(several) for several in groups.values()]


def taxes_of(lines: Sequence[MadeLine], rounding: TaxRounding, currency: str) -> tuple[Decimal, ...] | None:
    """Return the tax of each line; ``None`` = only the ledger can say."""
    rated = [(line.amount, line.rate) for line in lines if line.rate is not None]
    return taxed(rated, rounding, currency) if len(rated) == len(lines) else None


def requested(lines: Sequence[MadeLine], taxes: Sequence[Decimal | None]) -> Iterator[RequestedLine]:
    """Yield lines as they are asked for.

    Args:
        lines: The lines.
        taxes: The tax of each, where it is told.
    """
    for number, (line, tax) in enumerate(zip(lines, taxes, strict=True), 1):
        yield RequestedLine(
            number=number,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            item=line.item,
            account=line.account,
            tax_code=line.tax_code,
            tax=tax,
            served_on=line.of.served_on,
        )


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _whole(amount: Decimal) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price of a line that is one of its amount."""
    return (-_ONE, -amount) if amount < 0 else (_ONE, amount)


def _together(several: Sequence[MadeLine]) -> MadeLine:
    """Return one line for several of one item."""
    if len(several) == 1:
        return several[0]
    amount = sum((line.amount for line in several), Decimal(0))
    quantity, price = _whole(amount)
    days = sorted(line.of.served_on for line in several if line.of.served_on is not None)
    span = f", {days[0]} to {days[-1]}" if days else ""
    description = f"{several[0].of.sells.value.capitalize()}: {len(several)} lines{span}"
    return replace(several[0], quantity=quantity, unit_price=price, amount=amount, description=description)
