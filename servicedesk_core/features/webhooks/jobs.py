"""The job ``webhooks``."""

from datetime import timedelta
from typing import Final, Protocol

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.webhooks.following import FollowingDesk, follow_all
from servicedesk_core.features.webhooks.subscribing import RENEW_BEFORE, HostingDesk, Subscriptions
from servicedesk_core.hooks import WEBHOOKS
from servicedesk_core.store import webhooks
from servicedesk_core.wording import counted

SEEN_FOR: Final = timedelta(days=7)
"""How long events are remembered at least: longer than any vendor delivers one again."""

COUNTED_FOR: Final = timedelta(days=35)


class LookingDesk(FollowingDesk, HostingDesk, Protocol):
    """A desk whose webhooks are looked after."""


async def look_after(desk: LookingDesk, connection: str | None) -> str:
    """Look at the subscriptions of every connection with an address, renew what ends soon, follow what waits.

    Raises:
        ServiceDeskError: A vendor could not be asked; the others were.
    """
    del connection
    endpoints = await desk.store.read(webhooks.endpoints)
    offering = desk.host.offering("list_webhooks")
    looked, renewed, failed = 0, 0, list[ServiceDeskError]()
    for one in endpoints:
        if one.connection in offering:
            try:
                looked += 1
                renewed += await _look(desk, one.connection)
            except ServiceDeskError as error:
                failed.append(error)
    followed = await follow_all(desk)
    now = desk.clock.now()
    await desk.store.write(lambda tx: webhooks.prune(tx, now, SEEN_FOR, COUNTED_FOR))
    if failed:
        raise failed[0]
    read = sum(one.read for one in followed)
    return f"{counted(looked, 'connection')} looked at, {renewed} renewed, {counted(read, 'record')} read"


async def look_into_doubts(desk: LookingDesk) -> None:
    """Look at the subscriptions about which the vendor said something, or which nobody has looked at yet.

    Raises:
        ServiceDeskError: A vendor could not be asked; the others were.
    """
    offering, failed = desk.host.offering("list_webhooks"), list[ServiceDeskError]()
    for one in await desk.store.read(webhooks.endpoints):
        if one.looked_at is None and one.connection in offering:
            try:
                await Subscriptions(desk, one.connection).look()
            except ServiceDeskError as error:
                failed.append(error)
    if failed:
        raise failed[0]


async def _look(desk: LookingDesk, name: str) -> int:
    subscriptions = Subscriptions(desk, name)
    found = await subscriptions.look()
    soon = desk.clock.now() + RENEW_BEFORE
    ends = {one.ref for one in found if one.is_active and one.expires_at is not None and one.expires_at <= soon}
    if not ends or WEBHOOKS not in desk.settings.connections[name].writes:
        return 0
    return len((await subscriptions.renew(lambda one: one.ref in ends)).renewed)
