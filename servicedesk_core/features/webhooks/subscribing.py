"""Subscriptions at the vendor: looked at, registered, renewed, removed. All but looking writes there, under a grant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from servicedesk_core.config.choosing import one_connection
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.errors import SettingsError, UnsupportedError
from servicedesk_core.features.webhooks.model import Address, Registered
from servicedesk_core.hooks import WEBHOOKS, Subscription, WebhookEndpoint
from servicedesk_core.outbox.grants import Grants
from servicedesk_core.people import Actor
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, Tx, audit, sources, webhooks
from servicedesk_core.store.holding import held
from servicedesk_core.store.webhooks import Endpoint

PATH: Final = "/hooks/"
"""Before the part of an address that nobody guesses."""

REMOVED: Final = "webhooks.removed"
"""What it is called in the audit trail that a vendor was to stop calling."""

RENEW_BEFORE: Final = timedelta(days=2)
"""How long before its end a subscription is renewed by itself."""


class HostingDesk(ConfiguredDesk, Protocol):
    """A desk that asks its connections."""

    @property
    def store(self) -> Store:
        """The desk's own database."""

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets."""

    @property
    def actor(self) -> Actor:
        """Who acts."""

    @property
    def host(self) -> Host:
        """Opens connections."""


LEFT: Final = (
    'Vendors may still call the address of {0}, which is not configured any more. Put it back and run "servicedesk '
    'webhooks remove {0}"; without it, that command only forgets the address, and you end the subscriptions there.'
)


def left_behind(tx: Tx, settings: DeskSettings) -> list[Endpoint]:
    """Return the addresses of connections that are not configured any more."""
    return [one for one in webhooks.endpoints(tx) if one.connection not in settings.connections]


async def forget_left_behind(desk: HostingDesk, connection: str) -> bool:
    """Forget the address of a connection that is not configured any more, and what waits; return whether it is one."""
    actor, now = str(desk.actor), desk.clock.now()

    def work(tx: Tx) -> bool:
        found = next((one for one in left_behind(tx, desk.settings) if one.connection == connection), None)
        if found is not None:
            webhooks.forget(tx, found.source_id, hints=True)
            audit.append(tx, at=now, actor=actor, action=REMOVED, entity=f"connection:{connection}")
        return found is not None

    return await desk.store.write(work)


@dataclass(slots=True)
class _At:
    """A connection that is open, and where it is called."""

    opened: OpenConnection
    kept: Endpoint
    endpoint: WebhookEndpoint


class Subscriptions:
    """The subscriptions of one connection.

    Args:
        desk: The desk.
        connection: Name of the connection; ``None`` = the only one whose vendor can call.

    Raises:
        SettingsError: There is no such connection, or it is not clear which one is meant.
    """

    def __init__(self, desk: HostingDesk, connection: str | None) -> None:
        self._desk = desk
        self.name = one_connection(desk.settings, connection, among=desk.host.offering("verify_webhook"))

    async def address(self) -> Address:
        """Return the address of the connection, made now if there is none."""
        at = await self._at(offline=True)
        if at.opened.calls.implements("register_webhook"):
            return Address(self.name, at.endpoint.url, None, (f"servicedesk webhooks register {self.name}",))
        capability = at.opened.capabilities.webhooks
        return Address(self.name, at.endpoint.url, at.endpoint.secret, capability.setup if capability else ())

    async def look(self) -> tuple[Subscription, ...]:
        """Ask the vendor for the subscriptions of the connection, and remember them; those set up by hand are none."""
        at = await self._at()
        return await self._listed(at)

    async def register(self) -> Registered:
        """Have the vendor call for every stream that it can tell of and that the configuration asks for.

        What calls an address that the configuration does not name any more is ended before.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
            UnsupportedError: The vendor is set up by hand.
        """
        self._ensure_granted("register_webhook")
        async with held(self._desk.store, f"webhooks:{self.name}"):
            removed = await self._end_elsewhere(await self._at())
            at = await self._at()
            calls, capability = at.opened.calls, at.opened.capabilities.webhooks
            wanted = [one for one in (capability.streams if capability else ()) if one in at.opened.streams]
            there = {one.stream: one for one in await self._listed(at)}
            registered, renewed = list[str](), list[str]()
            try:
                for stream in wanted:
                    if stream not in there:
                        await calls.register_webhook(stream, at.endpoint)
                        registered.append(stream)
                    elif not there[stream].is_active and calls.implements("renew_webhook"):
                        await calls.renew_webhook(there[stream], at.endpoint)
                        renewed.append(stream)
            finally:
                done = (*registered, *renewed)
                await self._note("webhooks.registered", done)
                if done:
                    await self._listed(at)
        unchanged = tuple(one for one in there if one not in renewed)
        return Registered(self.name, tuple(registered), tuple(renewed), removed, unchanged)

    async def renew(self, needed: Callable[[Subscription], bool] = lambda _: True) -> Registered:
        """Make subscriptions last longer, or active again.

        Args:
            needed: Which.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
            UnsupportedError: Nothing has to be renewed at this vendor.
        """
        self._ensure_granted("renew_webhook")
        async with held(self._desk.store, f"webhooks:{self.name}"):
            at = await self._at()
            there, renewed = await self._listed(at), list[str]()
            try:
                for one in filter(needed, there):
                    await at.opened.calls.renew_webhook(one, at.endpoint)
                    renewed.append(one.stream)
            finally:
                await self._note("webhooks.renewed", renewed)
                if renewed:
                    await self._listed(at)
        unchanged = tuple(one.stream for one in there if one.stream not in renewed)
        return Registered(self.name, (), tuple(renewed), (), unchanged)

    async def remove(self) -> Registered:
        """End all subscriptions of the connection, and forget its address: what still comes there is refused.

        Raises:
            WriteNotGrantedError: The configuration does not grant it.
        """
        by_hand = not self._desk.host.offering("remove_webhook").count(self.name)
        if not by_hand:
            self._ensure_granted("remove_webhook")
        async with held(self._desk.store, f"webhooks:{self.name}"):
            at = await self._at(offline=by_hand)
            removed = () if by_hand else await self._end(at)
            await self._desk.store.write(lambda tx: webhooks.forget(tx, at.kept.source_id))
        return Registered(self.name, (), (), removed, ())

    async def _end(self, at: _At) -> tuple[str, ...]:
        removed = list[str]()
        try:
            for one in await self._listed(at):
                await at.opened.calls.remove_webhook(one)
                removed.append(one.stream)
        finally:
            await self._note(REMOVED, removed)
        return tuple(removed)

    async def _end_elsewhere(self, at: _At) -> tuple[str, ...]:
        """End what calls an address that [public] does not name any more; what breaks off goes on the next time."""
        public = self._desk.settings.public.url
        if public is None or at.kept.base_url == public:
            return ()
        self._ensure_granted("remove_webhook")
        removed = await self._end(at)
        await self._desk.store.write(lambda tx: webhooks.call_at(tx, at.kept.source_id, public))
        return removed

    async def _at(self, *, offline: bool = False) -> _At:
        desk = self._desk
        public = desk.settings.public.url
        if public is None:
            raise SettingsError(
                f"{desk.settings.where} does not say where vendors reach this desk.",
                hint='Write url = "https://…" in [public]; "servicedesk docs settings" has the rest.',
            )
        if offline:
            async with desk.host.unplugged(self.name) as lent:
                opened = lent
        else:
            opened = await desk.host.open(self.name)
        now = desk.clock.now()
        lists = opened.calls.implements("list_webhooks")

        def work(tx: Tx) -> Endpoint:
            source_id = sources.get(tx, self.name).id
            if webhooks.ensure_endpoint(tx, source_id, now).base_url is None and lists:
                webhooks.call_at(tx, source_id, public)
            return webhooks.ensure_endpoint(tx, source_id, now)

        kept = await desk.store.write(work)
        for secret in (kept.token, kept.secret):
            desk.redactor.register(secret)
        return _At(opened, kept, WebhookEndpoint(f"{kept.base_url or public}{PATH}{kept.token}", kept.secret))

    async def _listed(self, at: _At) -> tuple[Subscription, ...]:
        if not at.opened.calls.implements("list_webhooks"):
            return ()
        found = await at.opened.calls.list_webhooks(at.endpoint)
        now = self._desk.clock.now()
        await self._desk.store.write(lambda tx: webhooks.keep_subscriptions(tx, at.kept.source_id, found, now))
        return found

    def _ensure_granted(self, hook: str) -> None:
        if not self._desk.host.offering(hook).count(self.name):
            raise UnsupportedError(
                f"The connector of {self.name} offers no {hook}.",
                hint=f'"servicedesk webhooks address {self.name}" says what to do at the vendor.',
                connection=self.name,
            )
        Grants(self._desk.settings).ensure(self.name, WEBHOOKS)

    async def _note(self, action: str, streams: Sequence[str]) -> None:
        if not streams:
            return
        now, actor, name = self._desk.clock.now(), str(self._desk.actor), self.name

        def work(tx: Tx) -> None:
            audit.append(
                tx, at=now, actor=actor, action=action, entity=f"connection:{name}", after={"streams": [*streams]}
            )

        await self._desk.store.write(work)
