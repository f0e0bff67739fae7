"""Having vendors call, and having them stop."""

from typing import Annotated

from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.webhooks.model import Address, Registered
from servicedesk_core.features.webhooks.queries import WebhookQueries
from servicedesk_core.features.webhooks.subscribing import HostingDesk, Subscriptions, forget_left_behind

_WHICH = Help("Name of the connection [default: the only one whose vendor calls].")
_WHOLE = "an address is that of a whole connection"
_WHERE_IT_RUNS = "connections are set up where the desk runs"
_PAGES = "servicedesk_core.features.webhooks.pages"


class Webhooks(WebhookQueries[Manner]):
    """Where vendors call, whether they do, and having them do so."""

    desk: HostingDesk

    @action(
        "webhooks.address",
        off_web=_WHERE_IT_RUNS,
        about="Where the vendor of a connection calls.",
        needs=Capability.DESK_OPERATE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:address",
    )
    async def address(self, connection: Annotated[str | None, _WHICH] = None) -> Address:
        """Show the whole address of a connection, made now if there is none. Treat it like a password.

        Raises:
            SettingsError: There is no such connection, or [public] has no url.
        """
        return await Subscriptions(self.desk, connection).address()

    @action(
        "webhooks.register",
        off_web=_WHERE_IT_RUNS,
        about="What was registered at the vendor.",
        needs=Capability.DESK_OPERATE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:registered",
        asks=lambda connection: f"Have the vendor{_of(connection)} call this desk?",
    )
    async def register(self, connection: Annotated[str | None, _WHICH] = None) -> Registered:
        """Have the vendor call for every stream that it can tell of. Takes the grant webhooks.register.

        Done again it registers what is missing, and makes active again what the vendor has switched off.

        Raises:
            SettingsError: There is no such connection, or [public] has no url.
            WriteNotGrantedError: The configuration does not grant it.
            UnsupportedError: The vendor is set up by hand.
        """
        return await Subscriptions(self.desk, connection).register()

    @action(
        "webhooks.renew",
        off_web=_WHERE_IT_RUNS,
        about="What was renewed at the vendor.",
        needs=Capability.DESK_OPERATE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:registered",
        asks=lambda connection: f"Renew the subscriptions{_of(connection)} at the vendor?",
    )
    async def renew(self, connection: Annotated[str | None, _WHICH] = None) -> Registered:
        """Make the subscriptions of a connection last longer, or active again. Takes the grant webhooks.register.

        Raises:
            SettingsError: There is no such connection, or [public] has no url.
            WriteNotGrantedError: The configuration does not grant it.
            UnsupportedError: Nothing has to be renewed at this vendor.
        """
        return await Subscriptions(self.desk, connection).renew()

    @action(
        "webhooks.remove",
        off_web=_WHERE_IT_RUNS,
        about="What was removed at the vendor.",
        needs=Capability.DESK_OPERATE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:registered",
        asks=lambda connection: f"Have the vendor{_of(connection)} stop calling, and forget the address?",
    )
    async def remove(self, connection: Annotated[str | None, _WHICH] = None) -> Registered:
        """Have the vendor stop calling, and forget the address. Takes the grant webhooks.register.

        Of a connection that is not configured any more only the address is forgotten.

        Raises:
            SettingsError: There is no such connection, or [public] has no url.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if connection is not None and await forget_left_behind(self.desk, connection):
            return Registered(connection, (), (), (), ())
        return await Subscriptions(self.desk, connection).remove()

    @action(
        "webhooks.check",
        off_web=_WHERE_IT_RUNS,
        about="The subscriptions as the vendor shows them now.",
        needs=Capability.DESK_OPERATE,
        unscoped=_WHOLE,
        page=f"{_PAGES}:registered",
    )
    async def check(self: "Webhooks[Awaited]", connection: Annotated[str | None, _WHICH] = None) -> Registered:
        """Ask the vendor for the subscriptions of a connection, and remember what it says. Only reads there.

        Raises:
            SettingsError: There is no such connection, or [public] has no url.
            ServiceDeskError: The connection cannot be used, as for a sync.
        """
        one = Subscriptions(self.desk, connection)
        found = await one.look()
        return Registered(one.name, (), (), (), tuple(sub.stream for sub in found if sub.is_active))


def _of(connection: str | None) -> str:
    return f" of {connection}" if connection else ""
