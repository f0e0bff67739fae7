"""What a desk tells from its store alone."""

from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar

from servicedesk_core.capabilities import Capability
from servicedesk_core.desk import exporting
from servicedesk_core.desk.feed import follow
from servicedesk_core.desk.monitoring.health import Health, health
from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.faces import Page
from servicedesk_core.features.status import ConnectionInfo
from servicedesk_core.features.status import connections as configured
from servicedesk_core.files import replacing
from servicedesk_core.hooks import Change
from servicedesk_core.jobs.status import ScheduledJob, scheduled
from servicedesk_core.store import changes
from servicedesk_core.store.queries import records
from servicedesk_core.store.queries.records import StoredRecord
from servicedesk_core.store.queries.scope import Scope

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")
T = TypeVar("T")

_AT_ONCE = 500
"""Records that are read in one transaction."""


class ReadingDesk(StoredDesk):
    """A desk that is read: nobody is asked, and no connection is opened."""

    async def connections(self, *, scope: Scope | None = None) -> tuple[ConnectionInfo, ...]:
        """Return the configured connections with what the store knows of them.

        Args:
            scope: Only its connection.
        """
        scope = self.permitted(Capability.DESK_READ, "connections list", scope)
        found = await self._store.read(partial(configured, settings=self.settings))
        return found if scope is None else tuple(one for one in found if one.name == scope.connection)

    async def health(self) -> Health:
        """Return how the desk is doing, without any text of a record: for monitoring."""
        return await self._store.read(
            partial(health, settings=self.settings, jobs=self.known_jobs, now=self._clock.now())
        )

    async def jobs(self) -> tuple[ScheduledJob, ...]:
        """Return the jobs of the desk, when they are due and how they ended."""
        self.permitted(Capability.DESK_READ, "jobs list", narrows=False)
        return await self._store.read(
            partial(scheduled, jobs=self.known_jobs, settings=self.settings, now=self._clock.now())
        )

    def changes(
        self,
        since: int | None = None,
        *,
        consumer: str | None = None,
        entities: Collection[str] | None = None,
        include_backfill: bool = False,
        poll_s: float | None = None,
        scope: Scope | None = None,
    ) -> AsyncGenerator[Change, None]:
        """Iterate over what happened to records, in order: the durable changes feed.

        With ``consumer`` the position is kept in the store under that name and moves when the next change is asked
        for: after a crash changes come again, and none is lost.

        Args:
            since: Position to begin after; ``None`` = the consumer's own, or the beginning.
            consumer: Name that the position is kept under.
            entities: Only these streams.
            include_backfill: Also what a backfill or a remap brought.
            poll_s: Wait for more and look so often; ``None`` = end when there is nothing more.
            scope: Only changes of records that it lets through now.
        """
        scope = self.permitted(Capability.INTERNAL, "changes", scope)
        return follow(
            self._store,
            self._clock,
            since=since,
            consumer=consumer,
            entities=entities,
            include_backfill=include_backfill,
            poll_s=poll_s,
            with_costs=self.may(Capability.MONEY),
            with_absences=self.may(Capability.ABSENCES),
            scope=scope,
        )

    async def records(
        self,
        stream: type[E],
        *,
        connection: str | None = None,
        updated_since: datetime | None = None,
        scope: Scope | None = None,
    ) -> AsyncGenerator[StoredRecord[E], None]:
        """Iterate over the live records of any stream, in the order in which they came.

        Each page is read by itself, so that nothing is held up however long it takes: what changes meanwhile is given
        as it is when its page is read.

        Args:
            stream: The class of its records, such as :class:`servicedesk_core.domain.TimeEntry`; of a stream whose name
                is known only when the program runs, ``STREAMS[name]``.
            connection: Only of this connection.
            updated_since: Only records whose content changed in the desk at or after.
            scope: Only what it lets through, without references that lead out of it and without costs.

        Raises:
            SettingsError: It is no class of a stream.
            NotFoundLocallyError: There is no such connection, or the stream holds nothing that could belong to the
                scope.
        """
        scope = self.permitted(_needed(stream), "records", scope)
        after = 0
        while True:
            chosen = partial(
                records.page,
                entity=stream,
                after=after,
                limit=_AT_ONCE,
                connection=connection,
                updated_since=updated_since,
                scope=scope,
                with_costs=self.may(Capability.MONEY),
            )
            found = await self._store.read(chosen)
            for one in found:
                yield one
            if len(found) < _AT_ONCE:
                return
            after = found[-1].local_id

    async def each(
        self, read: Callable[P, Coroutine[Any, Any, Page[T]]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Iterate over a list through all its pages.

        Args:
            read: A read that answers page by page, such as ``desk.audit.list``.
            args: What it is given.
            kwargs: What it is given; ``limit`` is the length of a page.
        """
        page = await read(*args, **kwargs)
        while True:
            for one in page:
                yield one
            if page.next is None:
                return
            kwargs["after"] = page.next
            page = await read(*args, **kwargs)

    async def forget_consumer(self, consumer: str) -> bool:
        """Forget a consumer of the changes feed, so that nothing is kept for it any more.

        Args:
            consumer: Its name; when it comes back it begins with the oldest entry that is still there.

        Returns:
            Whether there was one.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "forget_consumer")
        return await self._store.write(partial(changes.forget_consumer, consumer=consumer))

    async def export(
        self,
        stream: str,
        target: Path | BinaryIO,
        *,
        file_format: exporting.Format | None = None,
        connection: str | None = None,
        verbatim: bool = False,
        scope: Scope | None = None,
    ) -> int:
        """Write all live records of a stream, in one consistent snapshot.

        Args:
            stream: Name of the stream.
            target: A path, where the file appears when it is complete, or an open binary file.
            file_format: ``csv`` or ``jsonl``; ``None`` = as the path ends, else ``csv``.
            connection: Only of this connection.
            verbatim: In CSV, leave text alone that a spreadsheet would run as a formula; by default it gets an
                apostrophe before it.
            scope: Only records that it lets through, without references that lead out of it and without costs.

        Returns:
            How many records were written.

        Raises:
            SettingsError: There is no such stream, the file's ending promises another format, or it cannot be written.
            NotFoundLocallyError: The stream holds nothing that could belong to the scope.
        """
        scope = self.permitted(_needed(STREAMS.get(stream)), "export", scope)
        exporting.check_stream(stream)
        chosen = exporting.format_of(target, file_format) if isinstance(target, Path) else file_format or "csv"

        def write(file: BinaryIO) -> Callable[[Any], int]:
            return lambda tx: exporting.export(
                tx,
                file,
                stream,
                file_format=chosen,
                connection=connection,
                verbatim=verbatim,
                scope=scope,
                with_costs=self.may(Capability.MONEY),
            )

        if not isinstance(target, Path):
            return await self._store.read(write(target))
        with replacing(target) as file:
            return await self._store.read(write(file))


def _needed(stream: type[Entity] | None) -> Capability:
    """Return what it takes to read a whole stream."""
    if getattr(stream, "holds_absences", False):  # what is no stream is refused when it is looked for
        return Capability.ABSENCES
    return Capability.MONEY if getattr(stream, "holds_costs", False) else Capability.INTERNAL
