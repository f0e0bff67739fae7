"""What brings data into the store of a desk: pulling it, mapping it again, trying it again."""

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar, Unpack

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import since_at
from servicedesk_core.config.choosing import one_connection, several_connections
from servicedesk_core.desk.connecting import ConnectingDesk
from servicedesk_core.desk.syncing import (
    PastOutcome,
    PastPlanOutcome,
    PlanOutcome,
    SyncArguments,
    SyncOutcome,
    engine_view,
    options_of,
)
from servicedesk_core.errors import ServiceDeskError, SettingsError, UnsupportedError
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import BudgetUse
from servicedesk_core.store.state import StoreState
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.deciding.estimate import SyncPlan
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.hinted import Reread
from servicedesk_core.sync.past import PastPlan, PastReport
from servicedesk_core.sync.report import ProgressCallback, SyncReport

_log = logging.getLogger("servicedesk.desk")


class PullingDesk(ConnectingDesk):
    """A desk that brings its store up to date."""

    async def sync(self, connection: str | None = None, **arguments: Unpack[SyncArguments]) -> SyncReport:
        """Bring the store up to date with one connection's vendor. Only reads there.

        A stream that fails is in the report, and the others go on. Cancelling leaves a clean checkpoint.

        Args:
            connection: Its name; may be left out when there is only one.
            arguments: See :class:`servicedesk_core.desk.syncing.SyncArguments`.

        Raises:
            ConfigurationError: Settings, secrets or plugin of the connection cannot be used, or its tenant changed.
            AuthenticationError: The vendor rejected the credentials; the connection is stopped until it is tested.
            ConnectorError: The vendor could not be asked at all.
            LeaseError: Another process syncs this connection.
            StoreError: The store cannot be used.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "sync")
        options = options_of(arguments)
        opened = await self._host.open(one_connection(self.settings, connection))
        engine = self._engine(arguments.get("progress"))
        report = await engine.run(await self._view(opened), options)
        if not options.dry_run:
            await self._take_in()
        return report

    async def sync_all(
        self, connections: Collection[str] = (), **arguments: Unpack[SyncArguments]
    ) -> tuple[SyncOutcome, ...]:
        """Sync several connections, one after the other; one that fails leaves the others alone.

        Args:
            connections: Their names; empty = all that hold records, which those of manufacturers do not.
            arguments: See :meth:`sync`.

        Raises:
            SettingsError: A name is no connection, or there is none with records.
            StoreError: The store cannot be used.
        """
        return tuple(
            [
                SyncOutcome(*one)
                async for one in self._each(self._synced(connections), lambda name: self.sync(name, **arguments))
            ]
        )

    async def plan_sync(self, connection: str | None = None, *, streams: Collection[str] = ()) -> SyncPlan:
        """Say what a first sync would cost in requests, hours and disk. Counts only: nothing is pulled or stored.

        Args:
            connection: Its name; may be left out when there is only one.
            streams: Only these; empty = all that the configuration asks for.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        self.permitted(Capability.DESK_READ, "sync --plan", narrows=False)
        opened = await self._host.open(one_connection(self.settings, connection))
        view = await self._view(opened, remember=False)
        policy = opened.http.budget

        async def accounted(use: BudgetUse | None) -> BudgetUse | None:
            if use is None or not opened.http.accounts:
                return use
            key = opened.http.accounts[0]
            await self._host.ledger.correct(key, use)
            return await self._host.ledger.use(key, policy)

        return await self._engine().plan(view, streams=tuple(streams), policy=policy, accounted=accounted)

    async def plan_all(
        self, connections: Collection[str] = (), *, streams: Collection[str] = ()
    ) -> tuple[PlanOutcome, ...]:
        """Plan several connections; a failure is part of the answer.

        Args:
            connections: Their names; empty = all that hold records.
            streams: Only these; empty = all that the configuration asks for.
        """
        return tuple(
            [
                PlanOutcome(*one)
                async for one in self._each(
                    self._synced(connections), lambda name: self.plan_sync(name, streams=streams)
                )
            ]
        )

    async def plan_past(
        self, since: date | timedelta, connections: Collection[str] = ()
    ) -> tuple[PastPlanOutcome, ...]:
        """Say how many tickets and requests :meth:`read_past` would take. The vendor is not asked.

        Args:
            since: Of tickets that are open, or that changed since then; days before now, or a date.
            connections: Their names; empty = all whose connectors read histories.

        Raises:
            SettingsError: A name is no connection, or there is none with records.
            StoreError: The store cannot be used.
        """
        self.permitted(Capability.DESK_READ, "sync --history --plan", narrows=False)

        async def plan(name: str) -> PastPlan:
            await self._host.close(name)
            opened = await self._host.open(name, offline=True)
            try:
                view = await self._view(opened, remember=False)
                return await self._engine().plan_past(view, self._since(since), opened.http.budget)
            finally:
                await self._host.close(name)

        found = [PastPlanOutcome(*one) async for one in self._each(self._synced(connections), plan)]
        return _able(found, connections)

    async def read_past(
        self,
        since: date | timedelta,
        connections: Collection[str] = (),
        *,
        progress: ProgressCallback | None = None,
    ) -> tuple[PastOutcome, ...]:
        """Read the vendor's own history of older tickets: once, ticket by ticket, beside the runs of :meth:`sync`.

        It may be stopped at any time, and goes on where it was. Only reads at the vendor.

        Args:
            since: Of tickets that are open, or that changed since then; days before now, or a date.
            connections: Their names; empty = all whose connectors read histories.
            progress: Told after each commit.

        Raises:
            SettingsError: A name is no connection, or there is none with records.
            StoreError: The store cannot be used.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "sync --history")

        async def read(name: str) -> PastReport:
            view = await self._view(await self._host.open(name))
            report = await self._engine(progress).read_past(view, self._since(since))
            await self._take_in()
            return report

        found = [PastOutcome(*one) async for one in self._each(self._synced(connections), read)]
        return _able(found, connections)

    def _since(self, since: date | timedelta) -> datetime:
        return since_at(since, now=self._clock.now(), timezone=self.settings.desk.timezone)

    async def remap(
        self,
        connection: str | None = None,
        *,
        streams: Collection[str] = (),
        progress: ProgressCallback | None = None,
    ) -> SyncReport:
        """Map the stored payloads of a connection again, after a mapping or a plugin changed. Needs no network.

        Args:
            connection: Its name; may be left out when there is only one.
            streams: Only these; empty = all that the configuration asks for.
            progress: Told after each commit.

        Raises:
            ConfigurationError: Settings, secrets or plugin of the connection cannot be used.
            LeaseHeldError: The connection is being pulled now.
            NotFoundLocallyError: The store holds nothing of it.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "remap")
        name = one_connection(self.settings, connection)
        await self._host.close(name)
        opened = await self._host.open(name, offline=True)
        try:
            view = await self._view(opened)
            return await self._engine(progress).remap(view, tuple(streams))
        finally:
            await self._host.close(name)

    async def remap_all(
        self,
        connections: Collection[str] = (),
        *,
        streams: Collection[str] = (),
        progress: ProgressCallback | None = None,
    ) -> tuple[SyncOutcome, ...]:
        """Remap several connections; one that fails leaves the others alone.

        Args:
            connections: Their names; empty = all.
            streams: See :meth:`remap`.
            progress: See :meth:`remap`.
        """
        again = partial(self.remap, streams=streams, progress=progress)
        return tuple([SyncOutcome(*one) async for one in self._each(connections, again)])

    async def retry_records(self, by_connection: Mapping[str, Collection[int]]) -> None:
        """Try records in quarantine again: from the vendor where it gives single records, else from their payload.

        Args:
            by_connection: Their numbers in the quarantine, by the name of their connection.

        Raises:
            ServiceDeskError: A connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "quarantine retry")
        for name, ids in by_connection.items():
            opened = await self._host.open(name)
            await self._engine().retry_quarantine(await self._view(opened), tuple(ids))

    async def read_again(self, connection: str, hinted: Mapping[str, Mapping[str, bool]]) -> Reread:
        """Read single records of a connection that somebody says have changed.

        Args:
            connection: Its name.
            hinted: By stream, the vendor's ids, and whether something else says already that the record is deleted.

        Raises:
            LeaseHeldError: The connection is being pulled now.
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        await self._ensure_permitted(Capability.DESK_OPERATE, "webhooks")
        opened = await self._host.open(connection)
        found = await self._engine().read_again(await self._view(opened), hinted)
        await self._take_in()
        return found

    async def _take_in(self) -> None:
        """Let features take in what came; one that fails leaves the sync and the others alone."""
        for feature in self.features:
            try:
                if (take_in := feature.takes_in) is not None:
                    await take_in(self)
            except ServiceDeskError as error:
                _log.warning("%s could not take in what the sync brought: %s", feature.name, error.message)
            except Exception:  # noqa: BLE001  # foreign code
                _log.exception("%s after a sync: this should not have happened", feature.name)

    async def _view(self, opened: OpenConnection, *, remember: bool = True) -> Connection:
        state = StoreState(self._store, opened.source.id)
        return await engine_view(opened, self.settings, self._clock, state, remember=remember)

    def _engine(self, progress: ProgressCallback | None = None) -> SyncEngine:
        return SyncEngine(
            self._store,
            clock=self._clock,
            announcer=self._host.announce,
            progress=progress,
            keep_changes=timedelta(days=self.settings.desk.keep_changes_days),
        )

    def _synced(self, names: Collection[str]) -> tuple[str, ...]:
        several = several_connections(self.settings, names)
        without = () if names else self.unread
        if left := tuple(name for name in several if name not in without):
            return left
        raise SettingsError(
            f"{self.settings.where} has no connection with records: manufacturers hold none.",
            hint="Add one of a PSA or of a file.",
        )


Outcome = TypeVar("Outcome", PastPlanOutcome, PastOutcome)


def _able(outcomes: list[Outcome], named: Collection[str]) -> tuple[Outcome, ...]:
    """Leave out connections that nobody named and whose connectors cannot do it, as long as others can."""
    able = [one for one in outcomes if one.error is None or one.error.code != UnsupportedError.code]
    return tuple(outcomes if named or not able else able)
