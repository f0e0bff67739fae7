"""The job ``calendars``."""

from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.calendars import tables
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.plugins.host import Host
from servicedesk_core.plugins.offering import lacking
from servicedesk_core.wording import counted

BACK: Final = timedelta(days=1)
AHEAD: Final = timedelta(days=35)
"""So far ahead is read: longer than anybody looks for free time."""


class HostingDesk(JobDesk, Protocol):
    """A desk with connections."""

    @property
    def host(self) -> Host:
        """Opens connections."""


async def read(desk: HostingDesk, connection: str | None) -> str:
    """Read when technicians are busy, over every connection to calendars.

    What was read stands until it is read again, also where that fails.

    Raises:
        ServiceDeskError: Calendars could not be read; those of the other connections were.
    """
    del connection
    names, wrong, found = await _connections(desk), list[ServiceDeskError](), 0
    for name in names:
        now = desk.clock.now()
        try:
            opened = await desk.host.open(name)
            busy = await opened.calls.busy_times(now - BACK, now + AHEAD)
        except ServiceDeskError as error:
            wrong.append(error)
            await desk.store.write(partial(tables.failed, connection=name, why=error.message, now=now))
            continue
        whose = opened.capabilities.calendar.technicians if opened.capabilities.calendar is not None else ()
        await desk.store.write(partial(tables.put, connection=name, technicians=whose, found=busy, now=now))
        found += len(busy)
    if wrong:
        raise wrong[0]
    return f"{counted(found, 'busy time', 'busy times')} of {counted(len(names), 'connection', 'connections')}"


async def _connections(desk: HostingDesk) -> list[str]:
    """Return the connections that are to be read, and forget what came over others.

    One that was read and whose plugin cannot be loaded now is among them, so that opening it says why.
    """
    others = lacking(desk.host.catalog, desk.settings, "busy_times")
    await desk.store.write(lambda tx: tables.forget(tx, desk.settings.connections.keys() - {*others}))
    read_before = {one.connection for one in await desk.store.read(tables.reads)}
    return sorted(read_before.union(desk.host.offering("busy_times")))
