"""A ledger: what work and goods cost and earned, in cells that add up to every view of it.

A cell is a month, a client, a contract, a project and a type of work. Everything is booked exactly, and rounded once,
when the cells are closed: so all views of a month add up to the same sums.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.profit.kinds import Allocation, ProfitPolicy
from servicedesk_core.features.profit.rules import ZERO, allocated, labour_cost

PROJECT: Final = "project_task"
UNALLOCATED: Final = "unallocated"
"""The type of what belongs to no type of work: revenue of a contract on which nobody worked."""


class Cell(NamedTuple):
    """What something was earned or spent for; what is not known, or not there, is empty.

    Attributes:
        month: ``2026-10``.
        source_id: The desk's number of the connection whose ids the others are.
        company: The client.
        contract: The contract.
        project: The project.
        kind: The type of work.
    """

    month: str
    source_id: int
    company: str = ""
    contract: str = ""
    project: str = ""
    kind: str = ""


class Earning(StrEnum):
    """What revenue is for; the name of its field in :class:`Sums`."""

    RECURRING = "recurring"
    TIME = "time"
    BLOCKS = "blocks"
    PARTS = "parts"
    OTHER = "other"


@dataclass(slots=True)
class Sums:
    """What a cell, or several, add up to; amounts are in the currency of the ledger.

    Attributes:
        worked_s: The work.
        contract_s: Of it, on contracts with recurring revenue.
        uncosted: How many pieces of work or goods have no cost that is known.
        uncosted_s: The work among them.
        unknown: How many parts of the revenue are not known.
        labour: What the work cost.
        goods: What parts, licences and services cost.
        recovered: What manufacturers agreed to give back.
        recurring: Recurring revenue of contracts, the part that falls here.
        time: Work that was billed by the hour.
        blocks: Work that was taken from hours bought in advance, at their price.
        parts: Parts that were billed.
        other: What else was billed.
    """

    worked_s: int = 0
    contract_s: int = 0
    uncosted: int = 0
    uncosted_s: int = 0
    unknown: int = 0
    labour: Decimal = ZERO
    goods: Decimal = ZERO
    recovered: Decimal = ZERO
    recurring: Decimal = ZERO
    time: Decimal = ZERO
    blocks: Decimal = ZERO
    parts: Decimal = ZERO
    other: Decimal = ZERO

    @property
    def revenue(self) -> Decimal:
        """All revenue that is known."""
        return self.recurring + self.time + self.blocks + self.parts + self.other

    @property
    def cost(self) -> Decimal:
        """All costs that are known, less what was recovered."""
        return self.labour + self.goods - self.recovered

    def add(self, other: "Sums", sign: int = 1) -> None:
        """Add another one, or take it off."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in NAMES)


NAMES: Final = tuple(one.name for one in fields(Sums))
AMOUNTS: Final = tuple(one.name for one in fields(Sums) if one.default is ZERO)


class Excluded(StrEnum):
    """Why something is in no cell."""

    INTERNAL = "internal time, for no ticket and no project"
    OWN_COMPANY = "for our own company"
    UNDATED = "without a day"
    NO_CURRENCY = "without a currency"
    CURRENCY = "in a currency without an exchange rate"


class Left(NamedTuple):
    """What is in no cell: why, and of amounts in which currency."""

    reason: Excluded
    currency: str = ""


@dataclass(slots=True)
class Ledger:
    """Books facts into cells.

    Attributes:
        policy: How margins are counted.
        rates: What a unit of a currency is worth in that of the policy, by currency and month.
        excluded: How many facts are in no cell.
        excluded_s: The work among them.
        excluded_amounts: The amounts among them.
        used: The exchange rates that were needed.
    """

    policy: ProfitPolicy
    rates: Mapping[tuple[str, str], Decimal]
    excluded: Counter[Left] = field(default_factory=Counter)
    excluded_s: Counter[Left] = field(default_factory=Counter)
    excluded_amounts: dict[Left, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    used: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    _sums: dict[Cell, Sums] = field(default_factory=lambda: defaultdict(Sums))
    _labour: dict[Cell, Counter[tuple[Decimal, ...]]] = field(default_factory=lambda: defaultdict(Counter))
    """Work by what an hour costs, times what, times the worth of its currency."""
    _contracts: dict[Cell, Sums] = field(default_factory=lambda: defaultdict(Sums))
    _devices: dict[Cell, int] = field(default_factory=dict)
    _expected: set[Cell] = field(default_factory=set)

    def worked(
        self,
        cell: Cell,
        worked_s: int,
        count: int = 1,
        *,
        hour: Decimal | None,
        multiplier: Decimal = Decimal(1),
        currency: str | None = None,
    ) -> None:
        """Book work.

        Args:
            cell: Where.
            worked_s: How much.
            count: In how many entries.
            hour: What an hour cost; ``None`` = not known, and then it costs nothing yet and is counted as uncosted.
            multiplier: How many times as much this type of work cost.
            currency: Of the cost; ``None`` = the ledger's.
        """
        sums = self._sums[cell]
        sums.worked_s += worked_s
        rate = None if hour is None else self._worth(currency, cell.month)
        if hour is None or rate is None:
            sums.uncosted += count
            sums.uncosted_s += worked_s
        else:
            self._labour[cell][hour, multiplier, rate] += worked_s

    def earned(self, cell: Cell, what: Earning, amount: Decimal | None, currency: str | None, count: int = 1) -> None:
        """Book revenue.

        Args:
            cell: Where; recurring revenue at its contract, from which it is shared out.
            what: What it is for.
            amount: How much; ``None`` = not known.
            currency: In which currency; ``""`` = not known, ``None`` = the ledger's.
            count: Of how many facts.
        """
        book = self._contracts if what is Earning.RECURRING else self._sums
        own = self._own(cell, amount, currency, count)
        if amount is None:
            book[cell].unknown += count
        elif own is not None:
            setattr(book[cell], what, getattr(book[cell], what) + own)

    def spent(
        self,
        cell: Cell,
        amount: Decimal | None,
        count: int = 1,
        *,
        currency: str | None = None,
        on_contract: bool = False,
    ) -> None:
        """Book what goods cost.

        Args:
            cell: Where.
            amount: How much; ``None`` = not known, and then it is counted as uncosted.
            count: Of how many facts.
            currency: In which currency; ``None`` = the ledger's.
            on_contract: Whether it is shared out from the contract, as its revenue is.
        """
        sums = (self._contracts if on_contract else self._sums)[cell]
        sums.uncosted += count if amount is None else 0
        sums.goods += self._own(cell, amount, currency, count) or 0

    def recovered(self, cell: Cell, amount: Decimal, currency: str, count: int = 1) -> None:
        """Book what a manufacturer agreed to give back."""
        if (own := self._own(cell, amount, currency, count)) is not None:
            self._sums[cell].recovered += own

    def unknown(self, cell: Cell, count: int = 1) -> None:
        """Book parts of the revenue that nobody knows."""
        self._sums[cell].unknown += count

    def devices(self, cell: Cell, count: int) -> None:
        """Note how many devices were worked on."""
        self._devices[cell] = count

    def leave(self, left: Left, count: int, worked_s: int = 0, amount: Decimal = ZERO) -> None:
        """Count what is in no cell."""
        self.excluded[left] += count
        self.excluded_s[left] += worked_s
        self.excluded_amounts[left] += amount

    def expect(self, cell: Cell) -> None:
        """Note that a contract earns something that is not for single hours or parts: without it a part is unknown."""
        self._expected.add(cell)

    def cells(self) -> dict[Cell, Sums]:
        """Return the cells in their order, rounded to whole cents, with the revenue of contracts shared out."""
        found: dict[Cell, Sums] = defaultdict(Sums)
        of_contract: dict[Cell, list[Cell]] = defaultdict(list)
        for cell, sums in sorted(self._sums.items()):
            closed = found[cell] = replace(sums)
            for name in AMOUNTS:
                setattr(closed, name, self._rounded(getattr(sums, name)))
            costs = (labour_cost(worked_s, *factors) for factors, worked_s in self._labour[cell].items())
            closed.labour = self._rounded(sum(costs, Fraction(0)))
            of_contract[_contract_of(cell)].append(cell)
        earning = {_contract_of(cell) for cell in self._contracts}
        earning |= {_contract_of(cell) for cell, sums in self._sums.items() if sums.other}
        for at in self._expected:
            found[_rest(at)].unknown += _contract_of(at) not in earning
        for at, sums in sorted(self._contracts.items()):
            self._share(at, sums, of_contract[_contract_of(at)] if at.contract else [], found)
        return {cell: found[cell] for cell in sorted(found) if found[cell]}

    def _share(self, at: Cell, sums: Sums, worked: list[Cell], found: dict[Cell, Sums]) -> None:
        rest = _rest(at)
        found[rest].unknown += sums.unknown
        found[rest].uncosted += sums.uncosted
        weights = self._weights(at, worked, found)
        for name in ("recurring", "goods"):
            amount = self._rounded(getattr(sums, name))
            shares = allocated(amount, weights, self.policy.currency) or {rest: amount}
            for cell, share in shares.items():
                setattr(found[cell], name, getattr(found[cell], name) + share)
        if sums.recurring:
            for cell in worked:
                found[cell].contract_s = found[cell].worked_s

    def _weights(self, at: Cell, worked: list[Cell], found: Mapping[Cell, Sums]) -> dict[Cell, Any]:
        match self.policy.allocation:
            case Allocation.HOURS:
                return {cell: found[cell].worked_s for cell in worked}
            case Allocation.ENDPOINTS:
                return {cell: self._devices.get(cell, 0) for cell in worked}
            case Allocation.WEIGHTS:
                kinds = sorted(self.policy.weights.items())
                return {at._replace(project="", kind=kind): weight for kind, weight in kinds}

    def _rounded(self, amount: Decimal | Fraction) -> Decimal:
        return in_cents(amount, self.policy.currency)

    def _own(self, cell: Cell, amount: Decimal | None, currency: str | None, count: int) -> Decimal | None:
        """Return an amount in the ledger's currency; what cannot be converted is counted."""
        if amount is None:
            return None
        rate = self._worth(currency, cell.month)
        if rate is None:
            reason = Excluded.CURRENCY if currency else Excluded.NO_CURRENCY
            self.leave(Left(reason, currency or ""), count, amount=amount)
            return None
        return amount * rate

    def _worth(self, currency: str | None, month: str) -> Decimal | None:
        if currency in {None, self.policy.currency}:
            return Decimal(1)
        rate = self.rates.get((currency or "", month))
        if rate is not None:
            self.used[currency or "", month] = rate
        return rate


def _contract_of(cell: Cell) -> Cell:
    """Return the month of a contract in which a cell is."""
    return Cell(cell.month, cell.source_id, contract=cell.contract)


def _rest(at: Cell) -> Cell:
    """Return the cell of what a contract earns for no type of work."""
    return at._replace(project="", kind=UNALLOCATED)


def total(sums: Iterable[Sums]) -> Sums:
    """Return what several add up to."""
    found = Sums()
    for one in sums:
        found.add(one)
    return found


def differences(now: Mapping[Cell, Sums], then: Mapping[Cell, Sums]) -> Iterator[tuple[Cell, Sums]]:
    """Yield the cells in which something differs, with by how much."""
    for cell in sorted({*now, *then}):
        found = Sums()
        found.add(now.get(cell, Sums()))
        found.add(then.get(cell, Sums()), -1)
        if found:
            yield cell, found
