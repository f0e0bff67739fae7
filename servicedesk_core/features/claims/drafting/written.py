"""What a person says of a claim, field by field: what is claimed, and what the manufacturer answered."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from servicedesk_core.arguments import did_you_mean, strict
from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimReport,
    ClaimService,
    ClaimStatus,
    Credit,
    CreditKind,
    CreditState,
    DeviceRef,
    LineDecision,
    PartReturn,
    ReturnState,
)
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Help
from servicedesk_core.wording import folded

E = TypeVar("E", bound=StrEnum)

_TOO_MUCH: Final = Decimal(10) ** 12
_DECIMALS: Final = 6
_DIGITS: Final = 6
"""What an amount or a quantity has at most, and the number of a part in a claim."""


@dataclass(frozen=True, slots=True)
class FailedPart:
    """A part that failed."""

    part_number: str
    quantity: Decimal = Decimal(1)
    failed_serial_number: str | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency."""

    amount: Decimal
    currency: str


def device_of(text: str) -> DeviceRef:
    """Return the device that ``SERIAL`` or ``MANUFACTURER:SERIAL`` names.

    Raises:
        SettingsError: It names none.
    """
    manufacturer, _, serial = text.rpartition(":")
    if not serial.strip():
        raise SettingsError(f'"{text}" names no device.', hint="Write SERIAL, or MANUFACTURER:SERIAL.")
    return DeviceRef(manufacturer=manufacturer.strip(), serial_number=serial)


def part_of(text: str) -> FailedPart:
    """Return the part that ``NUMBER``, ``NUMBER:QUANTITY`` or ``NUMBER:QUANTITY:SERIAL`` names.

    Raises:
        SettingsError: It names none.
    """
    part, _, rest = text.partition(":")
    quantity, _, serial = rest.partition(":")
    count = _decimal(quantity or "1", text)
    if not part.strip() or not count > 0:
        what = "names no part" if not part.strip() else "claims no quantity above 0"
        raise SettingsError(f'"{text}" {what}.', hint="Write NUMBER, NUMBER:QUANTITY or NUMBER:QUANTITY:SERIAL.")
    return FailedPart(part.strip(), count, serial.strip() or None)


def decision_of(text: str) -> LineDecision:
    """Return the decision that ``PART:approved`` or ``PART:denied:REASON`` says.

    Raises:
        SettingsError: It says none.
    """
    number, _, rest = text.partition(":")
    verdict, _, reason = rest.partition(":")
    word = verdict.strip().lower()
    if not number.strip().isdecimal() or len(number.strip()) > _DIGITS or word not in {"approved", "denied"}:
        raise SettingsError(f'"{text}" decides about no part.', hint="Write 1:approved, or 2:denied:REASON.")
    return LineDecision(number=int(number), is_approved=word == "approved", reason=reason.strip() or None)


def credit_of(text: str) -> Credit:
    """Return the money that ``KIND:STATE:AMOUNT:CURRENCY`` says.

    Raises:
        SettingsError: It says none.
    """
    pieces = text.split(":")
    if len(pieces) != 4:  # noqa: PLR2004  # kind, state, amount, currency
        raise SettingsError(
            f'"{text}" is no money.', hint="Write KIND:STATE:AMOUNT:CURRENCY, as parts:approved:120.50:EUR."
        )
    kind, state, amount, currency = pieces
    agreed = _one_of(CreditState, state, "state of money")
    money = _decimal(amount, text)
    expected = agreed in {CreditState.EXPECTED, CreditState.DENIED}
    try:
        return Credit(
            kind=_one_of(CreditKind, kind, "kind of money"),
            state=agreed,
            claimed=money if expected else None,
            approved=None if expected else money,
            currency=currency.strip().upper(),
        )
    except ValueError as error:
        raise SettingsError(f'"{text}" is no money.', hint="Write a currency as EUR, at most six decimals.") from error


def money_of(text: str) -> Money:
    """Return what ``AMOUNT:CURRENCY`` says.

    Raises:
        SettingsError: It is no money.
    """
    amount, _, currency = text.partition(":")
    word = currency.strip().upper()
    if not (len(word) == 3 and word.isascii() and word.isalpha()):  # noqa: PLR2004  # ISO 4217
        raise SettingsError(f'"{text}" is no money.', hint="Write AMOUNT:CURRENCY, as 85.00:EUR.")
    return Money(_decimal(amount, text), word)


def shipment_of(text: str) -> Shipment:
    """Return the shipment that ``TRACKING`` or ``CARRIER:TRACKING`` names."""
    carrier, _, tracking = text.rpartition(":")
    return Shipment(carrier=carrier or None, tracking=tracking)


def _other(text: str) -> Help:
    return Help(f'{text} "none" empties it.', none=True, is_rare=True)


@strict
@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """What is claimed, where it is other than the desk knows; what is ``None`` stays, an empty text empties."""

    symptom: Annotated[str | None, Help("What is wrong, in a sentence.", is_long=True)] = None
    troubleshooting: Annotated[str | None, Help("What was tried; makers deny without it.", is_long=True)] = None
    service: Annotated[ClaimService | None, Help("What is asked for.")] = None
    parts: Annotated[
        tuple[FailedPart, ...],
        Help(
            "A failed part as NUMBER, NUMBER:QUANTITY or NUMBER:QUANTITY:SERIAL. Replaces all parts. May be repeated.",
            name="part",
            metavar="NUMBER[:QUANTITY[:SERIAL]]",
            reads=part_of,
        ),
    ] = ()
    failed_on: Annotated[date | None, Help("Day on which it failed.")] = None
    is_accidental: Annotated[
        str | None, Help("Whether it is damage by accident.", name="accidental", choices=("yes", "no"), is_rare=True)
    ] = None
    contact_name: Annotated[str | None, _other("Whom the manufacturer asks.")] = None
    contact_email: Annotated[str | None, _other("Their address for mail.")] = None
    contact_phone: Annotated[str | None, _other("Their telephone.")] = None
    ship_to_name: Annotated[str | None, _other("Where parts are sent: the name.")] = None
    ship_to_lines: Annotated[
        tuple[str, ...],
        Help("A line of the street address. Replaces all. May be repeated.", name="ship-to-line", is_rare=True),
    ] = ()
    ship_to_city: Annotated[str | None, _other("The town.")] = None
    ship_to_region: Annotated[str | None, _other("The state or region.")] = None
    ship_to_postal_code: Annotated[str | None, _other("The postal code.")] = None
    ship_to_country: Annotated[str | None, _other("The country, such as US.")] = None
    invoice_number: Annotated[str | None, _other("Number of the invoice for the device.")] = None
    purchased_on: Annotated[date | None, Help("Day on which it was bought.", is_rare=True)] = None
    time_zone: Annotated[str | None, Help("Time zone of the place, such as Europe/Berlin.", is_rare=True)] = None
    technician_id: Annotated[str | None, _other("Id that the manufacturer gave your technician.")] = None
    purchase_order: Annotated[str | None, _other("Number of your order.")] = None

    def values(self) -> dict[str, Any]:
        """Return the fields of a draft that were given, and their values."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        changes = {name: value for name, value in given.items() if value not in (None, ())}
        if parts := changes.pop("parts", ()):
            changes["lines"] = tuple(
                {
                    "number": number,
                    "part_number": one.part_number,
                    "quantity": one.quantity,
                    "failed_serial_number": one.failed_serial_number,
                }
                for number, one in enumerate(parts, 1)
            )
        return {name: None if value == "" else value for name, value in changes.items()}


@strict
@dataclass(frozen=True, slots=True)
class Answer:
    """What a manufacturer answered that no program can ask: only what is new, what was recorded before stays."""

    status: Annotated[ClaimStatus | None, Help("Where it stands at the manufacturer.")] = None
    word: Annotated[str | None, Help("The manufacturer's own word for it.")] = None
    ref: Annotated[str | None, Help("The manufacturer's id of the claim.")] = None
    denial_reason: Annotated[str | None, Help("Why it was denied.")] = None
    decisions: Annotated[
        tuple[LineDecision, ...],
        Help(
            "For one part, by its number: 1:approved, or 2:denied:worn out. May be repeated.",
            name="decision",
            metavar="PART:approved|denied[:REASON]",
            reads=decision_of,
        ),
    ] = ()
    return_by: Annotated[date | None, Help("Day by which the defective part must be back.")] = None
    return_charge: Annotated[
        Money | None,
        Help(
            "What is charged when it does not come back, as 85.00:EUR.",
            metavar="AMOUNT:CURRENCY",
            reads=money_of,
        ),
    ] = None
    returned: Annotated[bool, Help("The manufacturer has the defective part.")] = False
    credits: Annotated[
        tuple[Credit, ...],
        Help(
            "Money, as parts:approved:120.50:EUR. May be repeated.",
            name="credit",
            metavar="KIND:STATE:AMOUNT:CURRENCY",
            reads=credit_of,
        ),
    ] = ()
    shipped: Annotated[
        Shipment | None,
        Help(
            "Parts on their way to you, by their number or as CARRIER:NUMBER.",
            metavar="CARRIER:TRACKING",
            reads=shipment_of,
        ),
    ] = None

    def report(self) -> ClaimReport:
        """Return it as what a manufacturer's program would have said.

        Raises:
            SettingsError: Nothing was answered.
        """
        if not any(getattr(self, one.name) for one in fields(self)):
            raise SettingsError(
                "Nothing was named that is to be recorded.",
                hint="Say what the manufacturer answered: its status, for one.",
            )
        charge = self.return_charge
        returns: tuple[PartReturn, ...] = ()
        if self.returned or self.return_by or charge:
            returns = (
                PartReturn(
                    state=ReturnState.RECEIVED if self.returned else ReturnState.DUE,
                    due_on=self.return_by,
                    charge=charge.amount if charge else None,
                    currency=charge.currency if charge else None,
                ),
            )
        return ClaimReport(
            ref=self.ref or "",
            status=self.status,
            vendor_status=self.word,
            denial_reason=self.denial_reason,
            decisions=self.decisions,
            returns=returns,
            shipments=(self.shipped,) if self.shipped else (),
            credits=self.credits,
        )


def _one_of(kind: type[E], word: str, what: str) -> E:
    wanted = folded(word)
    if wanted in list(kind):
        return kind(wanted)
    hint = f"It is one of {', '.join(kind)}."
    raise SettingsError(f'"{word}" is no {what}.{did_you_mean(wanted, list(kind))}', hint=hint)


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
