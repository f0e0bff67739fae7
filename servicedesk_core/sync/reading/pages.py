"""Pages of one pull: fetched ahead of the store, and checked against what the hook promises."""

import asyncio
from contextlib import aclosing
from types import TracebackType
from typing import Self

from servicedesk_core.errors import IncompletePassError, ProtocolError
from servicedesk_core.hooks.pulling import Page, PullRequest
from servicedesk_core.sync.connection import Calls
from servicedesk_core.sync.landing.intake import digest_of


class NoPageYet(Exception):  # noqa: N818  # not an error: the vendor is slower than the store
    """The next page has not come yet."""


class PageStream:
    """One running ``pull``; used as an async context manager.

    A task of its own asks for pages and closes the connector's generator in every case. It stays at most
    ``pages_ahead`` pages ahead of :meth:`next`, so that a slow store slows the vendor's reading down.

    Args:
        calls: The connection's façade.
        request: What to pull.
        connection: Name of the connection, for messages.
        pages_ahead: Pages fetched before they are asked for; at least 1.
    """

    def __init__(self, calls: Calls, request: PullRequest, *, connection: str, pages_ahead: int) -> None:
        self._calls = calls
        self._request = request
        self._check = PageCheck(request, connection)
        # One page waits inside the producer, the others in the queue.
        self._queue: asyncio.Queue[Page | Exception | None] = asyncio.Queue(max(1, pages_ahead - 1))
        self._producer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._producer = asyncio.create_task(self._produce(), name=f"pull:{self._request.stream}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._producer is not None:
            self._producer.cancel()
            await asyncio.wait([self._producer])

    async def next(self) -> Page | None:
        """Return the next page, or ``None`` after the last one.

        Raises:
            IncompletePassError: The generator ended without a last page.
            ProtocolError: The pages go in a circle, or are not what the hook promises.
            ConnectorError: Whatever the connector raised.
        """
        return _page(await self._queue.get())

    async def next_until(self, instant: float) -> Page | None:
        """Return what :meth:`next` would return, if it comes in time.

        Args:
            instant: Until when it is waited for, by the loop's clock; what has come already is returned even later.

        Raises:
            NoPageYet: The next page has not come yet.
        """
        if not self._queue.empty():
            return _page(self._queue.get_nowait())
        try:
            async with asyncio.timeout_at(instant):
                item = await self._queue.get()
        except TimeoutError:
            raise NoPageYet from None
        return _page(item)

    async def _produce(self) -> None:
        try:
            async with aclosing(self._calls.pull(self._request)) as pages:
                async for page in pages:
                    self._check(page)
                    await self._queue.put(page)
                    if page.last:
                        break
                else:
                    self._check.complain_incomplete()
            await self._queue.put(None)
        except Exception as error:  # noqa: BLE001  # carried over to the task that asks for pages
            await self._queue.put(error)


def _page(item: Page | Exception | None) -> Page | None:
    if isinstance(item, Exception):
        raise item
    return item


class PageCheck:
    """Notices a pass that would never end.

    Args:
        request: The pass.
        connection: Name of the connection, for messages.
    """

    def __init__(self, request: PullRequest, connection: str) -> None:
        self._stream = request.stream
        self._connection = connection
        self._resumes = {digest_of([request.resume])} if request.resume is not None else set()
        self._ids: list[str] = []

    def __call__(self, page: Page) -> None:
        """Raise ProtocolError unless the page leads on."""
        if not page.last:
            mark = digest_of([page.resume])
            if mark in self._resumes:
                raise self._error("came back to a position where it had been before")
            self._resumes.add(mark)
        if page.records:
            ids = [record.external_id for record in page.records]
            if ids == self._ids:
                raise self._error("sent the same records twice in a row")
            self._ids = ids

    def complain_incomplete(self) -> None:
        """Raise the error of a stream that merely stopped.

        Raises:
            IncompletePassError: Always.
        """
        raise IncompletePassError(
            f"The stream {self._stream} ended without its last page; nothing was concluded from it.",
            hint="Run the sync again: it goes on after the last page that was stored.",
            connection=self._connection,
        )

    def _error(self, what: str) -> ProtocolError:
        return ProtocolError(
            f"Reading {self._stream}, the connector {what}; the pass was stopped.",
            hint="Run the sync again; if it happens again, report it to the connector's author.",
            connection=self._connection,
        )
