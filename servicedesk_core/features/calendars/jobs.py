"""The job ``calendars``."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from servicedesk_core.domain.calendars import OURS, BusyTime
from servicedesk_core.errors import AuthenticationError, ServiceDeskError, SettingsError, TransientError
from servicedesk_core.features.calendars import tables
from servicedesk_core.features.definitions import versions_of
from servicedesk_core.features.skills import TECHNICIANS
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.plugins.host import Host
from servicedesk_core.plugins.offering import lacking
from servicedesk_core.wording import counted

BACK: Final = timedelta(days=1)


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
        busy, failed = dict[str, tuple[BusyTime, ...]](), list[ServiceDeskError]()
        whose: tuple[str, ...] | None = None
        try:
            whose = await _whose(desk, name)
            await _read(desk, name, whose, busy, failed)
        except ServiceDeskError as error:
            failed.append(error)
        told = failed[0].message if failed else None
        put = partial(tables.put, connection=name, technicians=whose, found=busy, now=desk.clock.now(), error=told)
        await desk.store.write(put)
        found += sum(map(len, busy.values()))
        wrong += failed
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


async def _whose(desk: HostingDesk, name: str) -> tuple[str, ...]:
    """Return whose calendars a connection reads, also where its server cannot be asked."""
    async with desk.host.unplugged(name) as lent:
        can = lent.capabilities.calendar
    return can.technicians if can is not None else ()


async def _read(
    desk: HostingDesk,
    name: str,
    whose: Iterable[str],
    busy: dict[str, tuple[BusyTime, ...]],
    failed: list[ServiceDeskError],
) -> None:
    """Read each calendar of a connection for itself.

    Events that the desk put there are left out: their appointments take the time already.

    Raises:
        ServiceDeskError: What goes for all of them: nobody of that name, no server, no access.
    """
    now, opened = desk.clock.now(), await desk.host.open(name)
    for technician in whose:
        try:
            found = await opened.calls.busy_times(technician, now - BACK, now + tables.AHEAD)
            busy[technician] = tuple(one for one in found if not one.uid.startswith(OURS))
        except (TransientError, AuthenticationError):
            raise
        except ServiceDeskError as error:
            failed.append(error)
    defined = await desk.store.read(lambda tx: {one.name for one in versions_of(tx, TECHNICIANS)})
    if unknown := sorted({*whose} - defined):
        text = f"{', '.join(unknown)}: no technician of the definitions, so that nobody is busy by it."
        raise SettingsError(text, hint=f"Correct calendars in [connections.{name}], or define them.")
