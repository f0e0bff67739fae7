"""What people type about claims, as data."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimReport,
    ClaimStatus,
    Credit,
    CreditKind,
    CreditState,
    LineDecision,
    PartReturn,
    ReturnState,
)
from servicedesk_core.errors import SettingsError
from servicedesk_core.wording import folded

E = TypeVar("E", bound=StrEnum)

_LISTS = frozenset({"ship_to_lines"})
_NOT_SET = frozenset({"device", "lines", "entitlement", "covered_on_failure"})

_TOO_MUCH = Decimal(10) ** 12
_DECIMALS = 6
_DIGITS = 6
"""What an amount or a quantity has at most, and the number of a part in a claim."""


def one_of(kind: type[E], word: str, what: str) -> E:
    """Return the member that a word names.

    Raises:
        SettingsError: There is none.
    """
    wanted = folded(word)
    if wanted in list(kind):
        return kind(wanted)
    hint = f"It is one of {', '.join(kind)}."
    raise SettingsError(f'"{word}" is no {what}.{did_you_mean(wanted, list(kind))}', hint=hint)


def changes_of(plain: Mapping[str, str | None], parts: Sequence[str], sets: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a draft that were given.

    Args:
        plain: Fields with options of their own.
        parts: ``NUMBER[:QUANTITY[:SERIAL]]``.
        sets: ``FIELD=VALUE``; an empty value empties the field, and ``ship_to_lines`` are parted by ``|``.

    Raises:
        SettingsError: Something is not understood.
    """
    changes: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
    fields = [name for name in ClaimDraft.model_fields if name not in _NOT_SET]
    for one in sets:
        name, equals, value = one.partition("=")
        name = name.strip().replace(".", "_")
        if not equals or name not in fields:
            hint = f"Write FIELD=VALUE; fields are {', '.join(fields)}."
            raise SettingsError(f'"{one}" sets no field of a claim.{did_you_mean(name, fields)}', hint=hint)
        if name in _LISTS:
            changes[name] = tuple(line.strip() for line in value.split("|") if line.strip())
        else:
            changes[name] = value.strip() or None
    if parts:
        changes["lines"] = tuple(_line(number, text) for number, text in enumerate(parts, 1))
    return changes


def _line(number: int, text: str) -> dict[str, Any]:
    part, _, rest = text.partition(":")
    quantity, _, serial = rest.partition(":")
    count = _decimal(quantity or "1", text)
    if not part.strip() or not count > 0:
        what = "names no part" if not part.strip() else "claims no quantity above 0"
        raise SettingsError(f'"{text}" {what}.', hint="Write NUMBER, NUMBER:QUANTITY or NUMBER:QUANTITY:SERIAL.")
    return {
        "number": number,
        "part_number": part.strip(),
        "quantity": count,
        "failed_serial_number": serial.strip() or None,
    }


def report_of(
    *,
    status: str | None,
    word: str | None,
    ref: str | None,
    denial_reason: str | None,
    decisions: Sequence[str],
    return_by: str | None,
    return_charge: str | None = None,
    returned: bool,
    credits_: Sequence[str],
    shipped: str | None,
) -> ClaimReport:
    """Return what a manufacturer said, as a person typed it.

    Raises:
        SettingsError: Something is not understood.
    """
    returns: tuple[PartReturn, ...] = ()
    if returned or return_by or return_charge:
        state = ReturnState.RECEIVED if returned else ReturnState.DUE
        charge, currency = _money(return_charge) if return_charge else (None, None)
        due_on = _day(return_by) if return_by else None
        returns = (PartReturn(state=state, due_on=due_on, charge=charge, currency=currency),)
    shipments: tuple[Shipment, ...] = ()
    if shipped:
        carrier, _, tracking = shipped.rpartition(":")
        shipments = (Shipment(carrier=carrier or None, tracking=tracking),)
    return ClaimReport(
        ref=ref or "",
        status=one_of(ClaimStatus, status, "status of a claim") if status else None,
        vendor_status=word,
        denial_reason=denial_reason,
        decisions=tuple(_decision(text) for text in decisions),
        returns=returns,
        shipments=shipments,
        credits=tuple(_credit(text) for text in credits_),
    )


def _decision(text: str) -> LineDecision:
    number, _, rest = text.partition(":")
    verdict, _, reason = rest.partition(":")
    word = verdict.strip().lower()
    if not number.strip().isdecimal() or len(number.strip()) > _DIGITS or word not in {"approved", "denied"}:
        raise SettingsError(f'"{text}" decides about no part.', hint="Write 1:approved, or 2:denied:REASON.")
    return LineDecision(number=int(number), is_approved=word == "approved", reason=reason.strip() or None)


def _credit(text: str) -> Credit:
    pieces = text.split(":")
    if len(pieces) != 4:  # noqa: PLR2004  # kind, state, amount, currency
        raise SettingsError(
            f'"{text}" is no money.', hint="Write KIND:STATE:AMOUNT:CURRENCY, as parts:approved:120.50:EUR."
        )
    kind, state, amount, currency = pieces
    agreed = one_of(CreditState, state, "state of money")
    money = _decimal(amount, text)
    expected = agreed in {CreditState.EXPECTED, CreditState.DENIED}
    try:
        return Credit(
            kind=one_of(CreditKind, kind, "kind of money"),
            state=agreed,
            claimed=money if expected else None,
            approved=None if expected else money,
            currency=currency.strip().upper(),
        )
    except ValueError as error:
        raise SettingsError(f'"{text}" is no money.', hint="Write a currency as EUR, at most six decimals.") from error


def _money(text: str) -> tuple[Decimal, str]:
    amount, _, currency = text.partition(":")
    word = currency.strip().upper()
    if not (len(word) == 3 and word.isascii() and word.isalpha()):  # noqa: PLR2004  # ISO 4217
        raise SettingsError(f'"{text}" is no money.', hint="Write AMOUNT:CURRENCY, as 85.00:EUR.")
    return _decimal(amount, text), word


def _decimal(number: str, text: str) -> Decimal:
    try:
        value = Decimal(number.strip())
        if abs(value) < _TOO_MUCH and value == round(value, _DECIMALS):  # also "not a number" fails here
            return value
    except InvalidOperation:
        pass  # the message below says what is expected
    raise SettingsError(
        f'"{text}" holds no number where one is expected, or none so large or exact.', hint="Write it as 120.50."
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f'"{text}" is no date.', hint="Write it as 2026-01-31.") from None
