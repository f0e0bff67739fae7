"""The job ``knowledge``."""

from functools import partial
from typing import Protocol

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.knowledge import tables
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store
from servicedesk_core.wording import counted


class ReadingDesk(Protocol):
    """A desk that reads over its connections, and keeps what it reads."""

    @property
    def host(self) -> Host:
        """Opens connections."""

    @property
    def store(self) -> Store:
        """Where it is kept."""

    @property
    def clock(self) -> Clock:
        """Says when it was read."""


async def read(desk: ReadingDesk, connection: str | None) -> str:
    """Read the articles of every knowledge base. What was read stands until it is read again, also where that fails.

    Raises:
        ServiceDeskError: A knowledge base could not be read; the others were.
    """
    del connection
    found = await reread(desk)
    return f"{counted(sum(found.values()), 'article')} of {counted(len(found), 'knowledge base')}"


async def reread(desk: ReadingDesk) -> dict[str, int]:
    """Read the articles of every knowledge base, and return how many each has.

    Raises:
        ServiceDeskError: A knowledge base could not be read; the others were.
    """
    names, found, wrong = sorted(desk.host.offering("find_articles")), dict[str, int](), list[ServiceDeskError]()
    for name in names:
        try:
            opened = await desk.host.open(name)
            articles = await opened.calls.find_articles()
        except ServiceDeskError as error:
            wrong.append(error)
            continue
        keep = partial(tables.put, connection=name, found=articles, now=desk.clock.now())
        found[name] = await desk.store.write(keep)

    await desk.store.write(partial(tables.forget, without=names))
    if wrong:
        raise wrong[0]
    return found
