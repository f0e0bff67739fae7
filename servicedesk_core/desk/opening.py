"""What a whole desk has beside its store: connections, and what stands on them."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import DEFAULT_FILE, Secrets, SecretSource, load_settings, store_url
from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.features.appointments.sending import EventSender
from servicedesk_core.features.billing.sending import guard as documents_guard
from servicedesk_core.features.billing.sending.sender import DocumentSender
from servicedesk_core.features.claims.writes.notes import TicketNotes
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.features.messages import MAIL
from servicedesk_core.features.messages.making.sender import MessageSender
from servicedesk_core.features.parts.ordering import guard as orders_guard
from servicedesk_core.features.parts.ordering.sending import OrderSender
from servicedesk_core.features.standing import Book
from servicedesk_core.hooks.announced import Change
from servicedesk_core.outbox.checking import WriteChecks
from servicedesk_core.outbox.copying import Copier
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.plugins.host import Host
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger
from servicedesk_core.store.schema import SCHEMA_VERSION


class OpenDesk(StoredDesk):
    """What every part of a desk stands on; see :class:`servicedesk_core.desk.ServiceDesk`."""

    _while_open = frozenset({"_store", "_host", "_outbox"})
    _hops = 0

    def because_of(self, change: Change) -> Self:
        """Return this desk for what is proposed because of a change, this desk's or another one's.

        The writes carry on how many lie before them, and their own changes tell it; what would go round is refused.

        Args:
            change: The change, as a consumer of a feed got it.
        """
        other = self.acting_as(self.actor, only=self.rights.only)
        other._hops = change.hops + 1  # noqa: SLF001
        other._give_parts()  # noqa: SLF001
        return other

    @classmethod
    def migrate(cls, path: Path | str = DEFAULT_FILE, *, secrets: SecretSource | None = None) -> int:
        """Make the store, or bring it to this program's schema; one process does it at a time. Blocks.

        Call it once where a program is deployed, and open the desks of its workers with ``migrate="never"``.

        Args:
            path: The configuration.
            secrets: See the class.

        Returns:
            The version of the schema.

        Raises:
            StoreVersionError: The store is newer, too old to be migrated, or another process has it open.
            StoreFullError: There is no room for the backup.
        """
        settings = load_settings(path)
        url = store_url(settings, Secrets(source=secrets, directory=settings.directory))
        with Store.open(url, clock=SystemClock(), migrate="always"):
            return SCHEMA_VERSION

    async def _open_rest(self, stack: AsyncExitStack) -> None:
        ledger = StoreLedger(self._store)
        stack.push_async_callback(ledger.aclose)
        host = Host(
            self.settings,
            store=self._store,
            clock=self._clock,
            ledger=ledger,
            redactor=self.redactor,
            secrets=self._secrets,
            catalog=self.catalog,
        )
        self._host = await stack.enter_async_context(host)
        self._give_parts()

    @property
    def host(self) -> Host:
        """Opens connections; private to the core, like the store."""
        return self._host

    def _give_parts(self) -> None:
        store, clock, settings, host = self._store, self._clock, self.settings, self._host
        copier = Copier.of(store, clock, settings.connections)
        takes_another = (
            orders_guard.another_person(settings, clock, self.people_in),
            documents_guard.another_person(clock),
        )
        self._outbox = Writes(
            store,
            clock,
            settings,
            host.open,
            WriteChecks(host, own=(MAIL,)),
            senders=[
                ClaimSender(store, clock, TicketNotes(settings)),
                OrderSender(copier),
                DocumentSender(copier, clock),
                EventSender(copier, clock),
                MessageSender(store, clock, settings, self._secrets),
            ],
            guards=self._guards,
            another_person=lambda tx, write: next(filter(None, (why(tx, write) for why in takes_another)), None),
            standing=Book.of(self),
            actor=self.actor,
            hops=self._hops,
        )

    def _guards(self) -> dict[str, str]:
        return {stream: where for one in self.features for stream, where in one.guards.items()}

    @property
    def outbox(self) -> Writes:
        """What carries writes; private to the core, like the room it belongs to."""
        return self._outbox
