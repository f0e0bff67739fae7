"""From what a client earned and what its tickets took to its health."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.company.model import AgreementHealth, Burden, Health, Weigh
from servicedesk_core.features.company.rules import Weight, heaviest, price_at, rhem
from servicedesk_core.features.company.tables import About, Client, Taken, named_as
from servicedesk_core.features.profit import By, Month, Results, Sums, grouped, margin_percent, total
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted


@dataclass(frozen=True)
class Reading:
    """What was read of a client.

    Attributes:
        tx: The transaction, for names.
        client: The client.
        months: The months, which are over.
        came: What was earned and spent in them.
        taken: What its tickets took.
        goal_percent: The margin that an agreement is to reach.
    """

    tx: Tx
    client: Client
    months: Sequence[Month]
    came: Results
    taken: Taken
    goal_percent: Decimal

    def health(self, by: Weigh, top: int) -> Health:
        """Return the health of the client, with so many of the largest burdens of each kind."""
        whole = self._whole
        return Health(
            company=named_as(self.tx, self.client.source_id, "companies", [self.client.ref])[self.client.ref],
            connection=self.client.connection,
            ref=self.client.ref,
            months=tuple(map(str, self.months)),
            currency=self.came.currency,
            goal_percent=self.goal_percent,
            revenue=self._cents(whole.revenue),
            cost=self._cents(whole.cost),
            margin_percent=_margin(whole),
            tickets=len(self.taken.tickets),
            worked_s=sum(one.worked_s for _, one in self.taken.tickets),
            devices_mean=_decimal(self.taken.devices),
            rhem=rhem(self.taken.reactive_s, self.taken.device_months),
            agreements=tuple(self._agreements()),
            causes=tuple(self._burdens(lambda about: about.cause, None, by, top)),
            users=tuple(self._burdens(lambda about: about.user, "contacts", by, top)),
            devices=tuple(self._burdens(lambda about: about.device, "assets", by, top)),
            not_known=tuple(self._not_known()),
        )

    @cached_property
    def _of_contracts(self) -> Mapping[str, Sums]:
        own = {
            cell: sums
            for cell, sums in self.came.cells.items()
            if (cell.source_id, cell.company) == (self.client.source_id, self.client.ref)
        }
        return {ref: sums for (_, ref), sums in grouped(own, By.CONTRACT).items()}

    @cached_property
    def _whole(self) -> Sums:
        return total(self._of_contracts.values())

    def _cents(self, amount: Decimal | Fraction) -> Decimal:
        return in_cents(amount, self.came.currency)

    def _a_month(self, amount: Decimal | Fraction) -> Decimal:
        return self._cents(Fraction(amount) / len(self.months))

    def _agreements(self) -> Iterator[AgreementHealth]:
        agreed = {ref: sums for ref, sums in self._of_contracts.items() if ref and sums.recurring}
        names = named_as(self.tx, self.client.source_id, "contracts", [*agreed])
        for ref, sums in sorted(agreed.items(), key=lambda one: (-one[1].recurring, one[0])):
            other, is_known, now = sums.revenue - sums.recurring, _is_known(sums), self._a_month(sums.recurring)
            price = price_at(sums.cost, other, len(self.months), self.goal_percent, self.came.currency)
            yield AgreementHealth(
                agreement=names[ref],
                recurring=now,
                other=self._a_month(other),
                cost=self._a_month(sums.cost),
                margin_percent=_margin(sums),
                price=price if is_known else None,
                change=price - now if is_known else None,
                ref=ref,
            )

    def _burdens(
        self, belongs: Callable[[About], str | None], stream: str | None, by: Weigh, top: int
    ) -> Iterator[Burden]:
        found = heaviest(((belongs(about), one) for about, one in self.taken.tickets), by, top)
        names = named_as(self.tx, self.client.source_id, stream, [one.key for one in found]) if stream else {}
        for one in found:
            yield self._burden(one, names.get(one.key, one.key), one.key if stream else None)

    def _burden(self, one: Weight[str], name: str, ref: str | None) -> Burden:
        whole = self._whole
        left = whole.cost - self._cents(one.cost)
        return Burden(
            name=name,
            tickets=one.tickets,
            worked_s=one.worked_s,
            cost=self._cents(one.cost),
            uncosted=one.uncosted,
            rhem=rhem(one.reactive_s, self.taken.device_months),
            saves=self._a_month(one.cost),
            margin_without=margin_percent(whole.revenue, left) if _is_known(whole) else None,
            ref=ref,
        )

    def _not_known(self) -> Iterator[str]:
        if self._whole.unknown:
            yield f"{counted(self._whole.unknown, 'part')} of the revenue"
        if self._whole.uncosted:
            yield f"the cost of {counted(self._whole.uncosted, 'piece')} of work and goods"
        if not self.taken.device_months:
            yield "how many devices the client has"


def _is_known(sums: Sums) -> bool:
    return not (sums.unknown or sums.uncosted)


def _margin(sums: Sums) -> Decimal | None:
    return margin_percent(sums.revenue, sums.cost) if _is_known(sums) else None


def _decimal(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)
