"""What follows a move of a part: its charge, the credit of one, and the claim that it is for."""

from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.parts import Part
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import UnsupportedError, WriteError
from servicedesk_core.features.claims import claim_of
from servicedesk_core.features.parts.charging.rules import charge_of, last_price
from servicedesk_core.features.warranty import ConnectedDesk
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries import taken
from servicedesk_core.store.queries.scope import Scope

_UNSETTLED: Final = frozenset({WriteState.SENDING, WriteState.IN_DOUBT})


class Following:
    """What is stored with one move of a part.

    Args:
        desk: The desk.
        price: What the client pays for one, where somebody said so.
        is_charged: Whether it is charged now, where the PSA bills.
        claim: The claim that the part is for.
        scope: What whoever acts may see.
    """

    def __init__(
        self,
        desk: ConnectedDesk,
        *,
        price: Decimal | None = None,
        is_charged: bool = True,
        claim: str | None = None,
        scope: Scope | None = None,
    ) -> None:
        self._desk = desk
        self._price, self._is_charged, self._claim, self._scope = price, is_charged, claim, scope
        self._settings = desk.settings.parts
        self._today = desk.clock.now().astimezone(ZoneInfo(desk.settings.desk.timezone)).date()
        self._then: list[Intent] = []
        self._instead_of: tuple[StoredWrite, ...] = ()
        self._keeping: frozenset[str] = frozenset()

    async def look(self) -> None:
        """Find out which connections keep a stock that only charges are taken from."""
        keeping = set()
        for name in await self._desk.store.read(taken.stocks):
            try:
                await self._desk.outbox.capability(name, taken.TAKE)
            except UnsupportedError:
                keeping.add(name)
        self._keeping = frozenset(keeping)

    def is_kept_by_psa(self, stock: str, psa: str) -> bool:
        """Whether the PSA of the ticket itself keeps the stock, so that its charge takes the part."""
        return stock == psa and stock in self._keeping

    def instead(self, values: dict[str, Any], quantity: Decimal, part: Part, **by: Any) -> Intent:
        """Return the charge that takes a part from the PSA's own stock.

        Raises:
            WriteError: It is for a claim: then nobody is charged, and only the PSA can move it.
        """
        if self._claim is not None or not self._is_charged:
            raise WriteError("The PSA keeps this stock, and takes by charging.", hint="Take it in the PSA itself.")
        cost: dict[str, Any] = {
            "cost": part.unit_cost,
            "currency": part.currency,
            "price": self._price,
            "product": part.external_id,
        }
        return charge_of(values, quantity, self._settings, on=self._today, **cost, **by)

    def charge(self, tx: Tx, values: dict[str, Any], quantity: Decimal, part: Part) -> None:
        """Note the charge of a part that is taken, where the PSA bills and no claim is open for it."""
        if self._claim is not None:
            claim_of(tx, self._claim, self._scope)
        elif self._settings.billed_by == "psa" and self._is_charged:
            cost: dict[str, Any] = {"cost": part.unit_cost, "currency": part.currency, "price": self._price}
            self._then.append(charge_of(values, quantity, self._settings, on=self._today, **cost))

    def credit(self, tx: Tx, number: int, quantity: Decimal) -> None:
        """Note what takes the charge back of so many of a part, as far as they were charged.

        Charges that the PSA certainly does not have are dropped for one of what stays.

        Raises:
            WriteError: Nobody knows whether the PSA has a charge.
        """
        part = taken.taken_by(tx, number)
        if part is None or self._settings.billed_by != "psa":
            return
        credited = min(quantity - max(part.due, Decimal(0)), part.charged)
        if credited <= 0:
            return
        if (unsettled := next((one for one in part.charges if one.state in _UNSETTLED), None)) is not None:
            state = unsettled.state.value.replace("_", " ")
            hint = f"servicedesk writes show {unsettled.id} says what to do; give it back then."
            raise WriteError(f"Its charge, write {unsettled.id}, is {state}.", hint=hint)
        self._instead_of = part.unsent
        left = sum(map(taken.quantity_of, self._instead_of), Decimal(0)) - credited
        if left:
            cost: dict[str, Any] = {"cost": part.unit_cost, "currency": part.currency, "price": last_price(part)}
            self._then.append(charge_of(part.write.values, left, self._settings, on=self._today, **cost))

    async def proposing(self, intent: Intent) -> WriteView:
        """Store a move with all that follows it."""
        return await self._desk.outbox.propose(intent, then=self._then, also=self._store)

    def _store(self, tx: Tx, write: StoredWrite) -> None:
        if self._claim is not None and write.kind == taken.TAKE:
            number = claim_of(tx, self._claim, self._scope)
            taken.link(tx, write.id, number, actor=self._desk.outbox.actor, at=self._desk.clock.now())
        now, actor = self._desk.clock.now(), self._desk.outbox.actor
        for one in self._instead_of:
            why = f"write {write.id} gives it back"
            outbox.move(tx, one, WriteState.DISCARDED, actor=actor, now=now, why=why)
