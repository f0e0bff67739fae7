"""What a company's settings mean for documents; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from servicedesk_quickbooks.meaning.values import Row, ref, text

NO_NUMBERS: Final = (
    "QuickBooks numbers documents itself: turn on custom transaction numbers there (Account and settings > Sales), "
    "else none is sent."
)


@dataclass(frozen=True, slots=True)
class Company:
    """A company's settings.

    Attributes:
        is_us: Whether the rules of sales tax of the US hold.
        has_automated_tax: Whether its tax engine goes by the address.
        currency: Its own; ``None`` = it does not say.
        has_currencies: Whether documents may be in another one.
        takes_numbers: Whether documents take numbers of ours.
    """

    is_us: bool
    has_automated_tax: bool
    currency: str | None
    has_currencies: bool
    takes_numbers: bool

    @classmethod
    def of(cls, about: Row, preferences: Row) -> Self:
        """Return what a company says of itself and its preferences."""
        sales, taxes, money = (_part(preferences, f"{name}Prefs") for name in ("SalesForms", "Tax", "Currency"))
        return cls(
            is_us=(text(about.get("Country")) or "US").upper() in {"US", "USA"},
            has_automated_tax=taxes.get("PartnerTaxEnabled") is True,
            currency=ref(money, "HomeCurrency"),
            has_currencies=money.get("MultiCurrencyEnabled") is True,
            takes_numbers=sales.get("CustomTxnNumbers") is True,
        )


def _part(preferences: Row, name: str) -> Mapping[str, Any]:
    found = preferences.get(name)
    return found if isinstance(found, Mapping) else {}
