"""What a desk asks of its connections one by one: what they can see, and the tenant's own words."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from typing import TypeVar

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.choosing import one_connection, several_connections
from servicedesk_core.desk.monitoring.checking import ConnectionCheck, IdentityChange, checked
from servicedesk_core.desk.opening import OpenDesk
from servicedesk_core.errors import (
    NotPermittedError,
    ServiceDeskError,
    StoreError,
    TenantMismatchError,
    UnsupportedError,
)
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.http import AuthorizationRequest, HttpProfile, together
from servicedesk_core.plugins.vocabulary import WORDS, Vocabulary, vocabulary
from servicedesk_core.problem import Problem
from servicedesk_core.store import Tx, audit, leases, sources, tenants
from servicedesk_core.store.holding import held

T = TypeVar("T")

AUTHORIZE = "connections authorize"
ACCEPT = "connections accept-identity"


class ConnectingDesk(OpenDesk):
    """A desk that asks its connections, each for itself."""

    async def check(self, connection: str | None = None) -> ConnectionCheck:
        """Ask a vendor, harmlessly, what a connection can see; success frees a connection that was stopped.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "connections test")
        return checked(await self._host.test(one_connection(self.settings, connection)))

    async def check_all(self, connections: Collection[str] = ()) -> tuple[ConnectionCheck, ...]:
        """Test several connections; a failure is part of the answer.

        Args:
            connections: Their names; empty = all.
        """
        return tuple(
            [
                check or ConnectionCheck(name, error=problem)
                async for name, check, problem in self._each(connections, self.check)
            ]
        )

    async def ask_access(self, connection: str | None = None) -> AuthorizationRequest:
        """Return what a person has to be asked, so that a connection may be used; asks nobody.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            UnsupportedError: Access to this vendor is not allowed in a browser.
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, AUTHORIZE)
        async with self._host.unplugged(one_connection(self.settings, connection)) as lent:
            return lent.calls.authorization().request()

    async def accept_access(
        self, request: AuthorizationRequest, answer: str, connection: str | None = None
    ) -> dict[str, str]:
        """Exchange a person's answer for the connection's token, and keep that in the store.

        Args:
            request: What the person was asked, from :meth:`ask_access`.
            answer: The address to which the vendor has sent the browser.
            connection: The connection's name; may be left out when there is only one.

        Returns:
            What the vendor said besides, for example which company was chosen.

        Raises:
            AuthenticationError: The person or the vendor refused, or this answers something else.
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, AUTHORIZE)
        name = one_connection(self.settings, connection)
        await self._host.close(name)  # what is open goes by the token of before
        async with self._host.unplugged(name) as lent:
            auth = lent.calls.authorization()
            vendor = lent.capabilities.vendor
            client = lent.http(HttpProfile(base_url=auth.token_url, vendor=vendor, account="", auth=auth))
            said = await auth.accept(client.session, request, answer)
        actor, entity = str(self.actor), f"connection:{name}"
        await self._store.write(
            lambda tx: audit.append(
                tx, at=self._clock.now(), actor=actor, action="connection.authorized", entity=entity
            )
        )
        return said

    async def ask_identity(self, connection: str | None = None) -> IdentityChange:
        """Ask a vendor whose account stands behind a connection now; changes nothing.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            UnsupportedError: The connector does not tell.
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, ACCEPT)
        return (await self._identity(one_connection(self.settings, connection)))[1]

    async def accept_identity(self, account: str, reason: str, connection: str | None = None) -> IdentityChange:
        """Let a connection stand for another account from now on, because its key was replaced.

        Args:
            account: The account that was looked at, from :meth:`ask_identity`.
            reason: Why, for the audit trail.
            connection: The connection's name; may be left out when there is only one.

        Raises:
            TenantMismatchError: It is another one by now, or records of two tenants would be mixed.
            LeaseHeldError: Its records are just being read, as those of the account of before.
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, ACCEPT)
        name = one_connection(self.settings, connection)
        identity, change = await self._identity(name)
        if change.account != account:
            message = f"The vendor names account {change.account} now, not {account}; nothing was changed."
            raise TenantMismatchError(message, hint="Look at it again.", connection=name)

        def work(tx: Tx) -> None:
            tenants.accept(tx, sources.get(tx, name), identity)
            audit.append(
                tx,
                at=self._clock.now(),
                actor=str(self.actor),
                action="connection.identity_accepted",
                entity=f"connection:{name}",
                before={"account": change.account_before},
                after={"account": change.account},
                reason=reason,
            )

        async with held(self._store, leases.pulls_of(name)), held(self._store, leases.histories_of(name)) as fence:
            await self._store.write(work, fence=fence)
        return change

    async def _identity(self, name: str) -> tuple[VendorIdentity, IdentityChange]:
        source, now = await self._host.who(name)
        if now is None:
            raise UnsupportedError("The connector does not tell whose account it uses.", connection=name)
        change = IdentityChange(name, now.vendor, now.account, now.name or None, source.account, source.account_name)
        return now, change

    async def vocabulary(self, connection: str | None = None) -> Vocabulary:
        """Ask a vendor for the tenant's own words, and propose what they mean.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "vocabulary")
        opened = await self._host.open(one_connection(self.settings, connection))
        if not opened.calls.implements("describe_fields"):
            return Vocabulary()
        wanted = dict.fromkeys(stream for stream, _ in WORDS.values() if stream in opened.streams)
        described = await together(*(opened.calls.describe_fields(stream) for stream in wanted))
        return vocabulary(dict(zip(wanted, described, strict=True)))

    async def disconnect(self, connection: str) -> None:
        """Close a connection, if it is open; the next use opens it again, with secrets as they are then.

        Args:
            connection: Its name.
        """
        await self._host.close(connection)

    @property
    def requests_sent(self) -> int:
        """Requests sent to the vendors over the connections that are open now."""
        return self._host.requests_sent

    async def _each(
        self, names: Collection[str], work: Callable[[str], Awaitable[T]]
    ) -> AsyncGenerator[tuple[str, T | None, Problem | None], None]:
        """Do something with several connections, one after the other; one that fails leaves the others alone."""
        for name in several_connections(self.settings, names):
            try:
                yield name, await work(name), None
            except (StoreError, NotPermittedError):  # the next one would say the same
                raise
            except ServiceDeskError as error:
                yield name, None, Problem.of(error)
