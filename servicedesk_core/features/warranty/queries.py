"""What the store knows of covers."""

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings
from servicedesk_core.faces import Awaited, Capability, Desk, Manner, Namespace, method
from servicedesk_core.features.warranty import rules
from servicedesk_core.features.warranty.rules import DateChange
from servicedesk_core.features.warranty.tables import lists
from servicedesk_core.features.warranty.tables.lists import ExpiringList, MissedList
from servicedesk_core.features.warranty.tables.report import WarrantyReport, build
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.store.queries.scope import Scope


class ConfiguredDesk(Desk, Protocol):
    """A desk with its configuration."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...


class WarrantyQueries(Namespace[Manner]):
    """What is covered, by whose word, until when."""

    desk: ConfiguredDesk

    @method(Capability.READ)
    async def expiring(
        self: "WarrantyQueries[Awaited]",
        within: timedelta = timedelta(days=90),
        *,
        company: str | None = None,
        scope: Scope | None = None,
        retired: bool = False,
    ) -> ExpiringList:
        """Return devices whose cover ends soon, from the store alone.

        Args:
            within: How far to look ahead.
            company: Only of this client, by id or name.
            scope: Only what it lets through.
            retired: Also devices that the PSA calls retired.
        """
        chosen = AssetFilter(company=company, scope=scope)
        day, days = self.today, within.days
        return await self.desk.store.read(
            lambda tx: lists.expiring(tx, day=day, within_days=days, chosen=chosen, retired=retired)
        )

    @method(Capability.CLAIMS_READ)
    async def missed(
        self: "WarrantyQueries[Awaited]",
        *,
        since: datetime | None = None,
        company: str | None = None,
        scope: Scope | None = None,
        retired: bool = False,
    ) -> MissedList:
        """Return hardware work on covered devices for which nothing was claimed, from the store alone.

        Args:
            since: Tickets opened at or after.
            company: Only of this client, by id or name.
            scope: Only what it lets through; one of queues alone lets no device through.
            retired: Also on devices that the PSA calls retired.
        """
        hardware, zone = self.desk.settings.claims.hardware, self.desk.settings.desk.timezone
        return await self.desk.store.read(
            lambda tx: lists.missed(
                tx, hardware=hardware, timezone=zone, since=since, company=company, scope=scope, retired=retired
            )
        )

    @method(Capability.CLAIMS_READ)
    async def report(
        self: "WarrantyQueries[Awaited]",
        *,
        company: str | None = None,
        with_costs: bool | None = None,
        scope: Scope | None = None,
        retired: bool = False,
    ) -> WarrantyReport:
        """Return the warranty report, from the store alone.

        Args:
            company: Only this client, by id or name: then nothing of any other client is in it.
            with_costs: Whether money is told; ``None`` = yes for the desk, no for one client or a scope.
            scope: Only what it lets through.
            retired: Also devices that the PSA calls retired.

        Raises:
            NotFoundLocallyError: There is no such client.
            SettingsError: There are several.
        """
        told = (company is None and scope is None) if with_costs is None else with_costs
        now, day, desk = self.desk.clock.now(), self.today, self.desk.settings.desk
        return await self.desk.store.read(
            lambda tx: build(
                tx, desk=desk.name, timezone=desk.timezone, now=now, day=day, company=company, with_costs=told,
                hardware=self.desk.settings.claims.hardware, scope=scope, retired=retired,
            )
        )  # fmt: skip

    @method(Capability.READ)
    async def date_changes(
        self: "WarrantyQueries[Awaited]",
        *,
        connection: str | None = None,
        company: str | None = None,
        limit: int = rules.BATCH,
        scope: Scope | None = None,
        retired: bool = False,
    ) -> tuple[DateChange, ...]:
        """Return assets whose warranty date in the PSA differs from the manufacturer's own word.

        Args:
            connection: Only of this PSA.
            company: Only of this client, by id or name.
            limit: At most so many.
            scope: Only what it lets through.
            retired: Also assets that the PSA calls retired.
        """
        kept = None if retired else False
        chosen = AssetFilter(connection=connection, company=company, scope=scope, retired=kept)
        day = self.today
        return await self.desk.store.read(lambda tx: tuple(islice(rules.changes(tx, chosen, day), limit)))

    @property
    def today(self) -> date:
        """The day that it is in the desk's zone."""
        return self.desk.clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone)).date()
