"""Customers that the ledger does not have: made for clients who are billed, and linked to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Protocol

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import SettingsError, WriteError
from servicedesk_core.faces import Awaited, Capability, Desk, Help, Manner, proposal
from servicedesk_core.features.billing.mapping.actions import Linking
from servicedesk_core.features.billing.mapping.choosing import thing_meant
from servicedesk_core.features.billing.mapping.links import COMPANIES, Key, Linkable, Target
from servicedesk_core.features.billing.mapping.matching import Evidence
from servicedesk_core.features.billing.mapping.model import Added, AddedCustomer
from servicedesk_core.features.billing.mapping.pages import added_told, added_warning
from servicedesk_core.features.billing.mapping.queries import UNSCOPED, suggestions
from servicedesk_core.features.billing.mapping.tables import CREATE, aggregate_of, made_for
from servicedesk_core.features.billing.mapping.things import Thing, things
from servicedesk_core.features.billing.periods.actions import BillingDesk
from servicedesk_core.features.billing.preview.queries import month_of
from servicedesk_core.features.billing.preview.tables.previews import asked_for, by_client
from servicedesk_core.features.billing.sending.batches import LedgerDesk
from servicedesk_core.features.writes import exit_code
from servicedesk_core.outbox.views import view_of
from servicedesk_core.store import Tx, audit, outbox
from servicedesk_core.store.outbox import StoredWrite

Currencies = Mapping[tuple[str, str], frozenset[str]]
"""In what clients are billed, by connection and id."""


class AddingDesk(LedgerDesk, BillingDesk, Protocol):
    """A desk on which somebody acts, and that writes into a ledger."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Customers that a ledger is to have.

    Attributes:
        ledger: Its connection.
        clients: For whom.
        currencies: In what they are billed.
    """

    ledger: str
    clients: tuple[Thing, ...]
    currencies: Currencies


class Adding(Linking[Manner]):
    """Customers that the ledger does not have."""

    desk: AddingDesk

    @proposal(
        "billing.add-customers",
        about="The customers, and what became of them.",
        needs=Capability.BILLING_WRITE,
        unscoped=UNSCOPED,
        page="servicedesk_core.features.billing.mapping.pages:added",
        warns=added_warning,
        tells=added_told,
        fails=lambda found: exit_code(found.writes),
    )
    async def add_customers(
        self: "Adding[Awaited]",
        *,
        period: Annotated[
            str | None,
            Help("For those whom bills of this month name, and who are like no customer.", metavar="YYYY-MM"),
        ] = None,
        client: Annotated[
            str | None,
            Help("Only for this client, by name or id; also where one is like it.", names="tickets.words clients"),
        ] = None,
        reason: Annotated[str, Help("Why; kept in the audit trail.")] = "",
        request_id: Annotated[str | None, Help("Your own id; nobody is added twice in any case.")] = None,
        send: bool = False,
    ) -> Added:
        """Propose customers for clients whom the ledger does not have. With --yes this changes the ledger.

        Name, number and tax number are the PSA's; the currency is that of the month's bills. Who was made is linked, at
        once or by the next `billing link-certain`.

        Raises:
            NotFoundLocallyError: There is no such client, or several, or no accounting system was read yet.
            SettingsError: That is no month, neither was named, or nobody decided between several ledgers.
            WriteError: The client is linked already, or certainly one whom the ledger has.
            UnsupportedError: The ledger takes no customers.
            WriteNotGrantedError: The configuration does not grant it.
        """
        del request_id  # the clients say what is meant
        if period is None and client is None:
            hint = "servicedesk billing add-customers --period YYYY-MM, or --client NAME."
            raise SettingsError("It was not said for whom.", hint=hint)
        days = None if period is None else month_of(period)
        wanted = await self.desk.store.read(lambda tx: self._clients_of(tx, client, days))
        before = await self.desk.store.read(lambda tx: made_for(tx, wanted.ledger))
        fields = await self._fields(wanted.ledger) if wanted.clients else frozenset()
        for one in wanted.clients:
            if one.key() not in before:
                await self.desk.outbox.propose(
                    _intent(wanted, one, fields, reason), also=partial(_alone, key=one.key())
                )
        numbers = await self.desk.store.read(lambda tx: _numbers(tx, wanted))
        if send:
            self.desk.permitted(Capability.WRITES_APPROVE, "writes.approve")
            if waiting := await self.desk.store.read(lambda tx: _proposed(tx, numbers.values())):
                await self.desk.outbox.approve_own(waiting, send=True, agreed=True)
            await self.desk.store.write(lambda tx: self._link_made(tx, wanted.clients))
        return await self.desk.store.read(lambda tx: self._added(tx, wanted.clients, numbers))

    def _clients_of(self, tx: Tx, client: str | None, days: tuple[date, date] | None) -> _Wanted:
        books = self._books(tx)
        currencies = {} if days is None else _currencies(tx, self.desk, *days)
        billed = frozenset((connection, COMPANIES, ref) for connection, ref in currencies)
        there = list(things(tx, (Linkable.COMPANY,), billed))
        may_be = suggestions(books, there)
        if client is None:
            named = (one for one in there if one.key()[:3] in billed)
            clients = tuple(one for one in named if one.key() not in books.links and one.key() not in may_be)
            return _Wanted(books.ledger, clients, currencies)
        one = thing_meant(tx, Linkable.COMPANY, client, None)
        if one.key() in books.links:
            hint = "`servicedesk billing map` shows to whom; `billing unlink` takes that back."
            raise WriteError(f"{one.name} is linked already.", hint=hint)
        if (found := may_be.get(one.key())) is not None and found.is_certain:
            hint = "`servicedesk billing link-certain` links what is certain."
            raise WriteError(f"{books.ledger} has {one.name}: {found.why.value}.", hint=hint)
        return _Wanted(books.ledger, (one,), currencies)

    async def _fields(self: "Adding[Awaited]", ledger: str) -> frozenset[str]:
        """Return what the ledger can be told of a customer; empty = it takes none."""
        async with self.desk.host.unplugged(ledger) as lent:
            writes = lent.calls.describe_capabilities().writes
        return frozenset(field for one in writes if one.kind == CREATE for field in one.fields)

    def _link_made(self, tx: Tx, clients: Sequence[Thing]) -> None:
        audit.take_turn(tx)
        books = self._books(tx)
        taken = {link.target_ref for key, link in books.links.items() if key.to is Target.CUSTOMER}
        for one in clients:
            ref = books.made_for(one.key())
            if ref is not None and ref not in taken and one.key() not in books.links:
                self._keep(tx, books, one, Target.CUSTOMER, ref=ref, why=Evidence.MADE)

    def _added(self, tx: Tx, clients: Sequence[Thing], numbers: Mapping[Key, int]) -> Added:
        links = self._books(tx).links
        views = {one.key(): view_of(tx, numbers[one.key()]) for one in clients if one.key() in numbers}
        rows = (
            AddedCustomer(
                client=one.name,
                connection=one.connection,
                ref=one.known.ref,
                state=views[one.key()].state,
                is_linked=one.key() in links,
                write=numbers[one.key()],
            )
            for one in clients
            if one.key() in views
        )
        return Added(tuple(rows), tuple(views.values()))


def _currencies(tx: Tx, desk: Desk, first: date, last: date) -> Currencies:
    """Return in what clients are billed for some days, whoever bills them."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in by_client(tx, asked_for(tx, desk, first, last, everybody=True, is_whole=True)):
        for draft in (made.draft for made in one.made):
            found[draft.connection, draft.company_ref].add(draft.currency)
    return {key: frozenset(several) for key, several in found.items()}


def _intent(wanted: _Wanted, one: Thing, fields: frozenset[str], reason: str) -> Intent:
    currencies = wanted.currencies.get((one.connection, one.known.ref), frozenset())
    told: dict[str, Any] = {
        "name": one.name,
        "number": one.known.ref,
        "tax_number": one.known.tax_number,
        "currency": next(iter(currencies)) if len(currencies) == 1 else None,
    }
    values = {name: value for name, value in told.items() if value and (name in fields or not fields)}
    return Intent(wanted.ledger, CREATE, aggregate_of(one.key()), one.name, values, reason=reason)


def _alone(tx: Tx, write: StoredWrite, *, key: Key) -> None:
    """Make sure that nobody else has a customer made for the same client at this moment."""
    if (number := made_for(tx, write.connection)[key][0]) != write.id:
        raise WriteError(f"{write.label} is added by write {number}.", hint="Call it again.")


def _numbers(tx: Tx, wanted: _Wanted) -> dict[Key, int]:
    made = made_for(tx, wanted.ledger)
    return {one.key(): made[one.key()][0] for one in wanted.clients if one.key() in made}


def _proposed(tx: Tx, numbers: Iterable[int]) -> list[int]:
    return [one for one in numbers if outbox.get(tx, one).state is WriteState.PROPOSED]
