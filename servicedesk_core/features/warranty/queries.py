"""What the store knows of covers."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.domain.warranty.makers import is_called
from servicedesk_core.faces import (
    After,
    Awaited,
    Capability,
    Help,
    Limit,
    Manner,
    Namespace,
    Opens,
    Page,
    Sort,
    method,
    piece,
    query,
)
from servicedesk_core.features.claims import eligible
from servicedesk_core.features.warranty import rules
from servicedesk_core.features.warranty.model import (
    CoverRow,
    DeviceDetail,
    DeviceList,
    ExpiringList,
    MakerRow,
    MissedClaim,
    MissedList,
    ModelRow,
    RenewalRow,
)
from servicedesk_core.features.warranty.rules import DateChange
from servicedesk_core.features.warranty.tables import lists, overview
from servicedesk_core.features.warranty.tables.report import WarrantyReport, build
from servicedesk_core.features.warranty.tables.standing import standings
from servicedesk_core.store import Tx
from servicedesk_core.store.cover.assets import AssetFilter
from servicedesk_core.store.queries.checking import check_names
from servicedesk_core.store.queries.scope import Scope

Company = Annotated[tuple[str, ...], Help("Only of this client, by name or how it begins, or id.")]
Manufacturer = Annotated[tuple[str, ...], Help("Only of this manufacturer, in any spelling, or its beginning.")]
Retired = Annotated[bool, Help("Also devices that the PSA calls retired.")]
Within = Annotated[timedelta, Help("How far to look ahead: 30d, 12w, 1y [default: 90d].")]
Most = Annotated[int | None, Help("At most so many [default: all].", between=(1, 10_000))]

_ON_PAGE: Final = (
    "serial_number", "name", "manufacturer", "model", "company", "site", "state", "until", "days_left", "level",
    "source", "reason",
)  # fmt: skip


class WarrantyQueries(Namespace[Manner]):
    """What is covered, by whose word, until when."""

    desk: ConfiguredDesk

    @query(
        "warranty.expiring",
        about="Devices whose cover ends.",
        version=2,
        on_page=_ON_PAGE,
        page="servicedesk_core.features.warranty.pages:expiring",
    )
    def expiring(
        self,
        tx: Tx,
        *,
        within: Within = timedelta(days=90),
        company: Company = (),
        manufacturer: Manufacturer = (),
        retired: Retired = False,
        sort: Sort = None,
        limit: Most = None,
        after: After = None,
        scope: Scope | None = None,
    ) -> ExpiringList:
        """List devices whose cover ends soon, from the store alone.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such client or manufacturer.
        """
        chosen = AssetFilter(company=company, manufacturer=manufacturer, scope=scope, begins=True)
        found = lists.expiring(tx, day=self.today, within_days=within.days, chosen=chosen, retired=retired)
        if not found.items:
            check_names(tx, scope, companies=company, manufacturers=manufacturer)
        by = "until,company,serial_number,connection,asset_ref,manufacturer"
        return piece(found, CoverRow, by=by, sort=sort, after=after, limit=limit)

    @query(
        "warranty.devices",
        about="Devices by how they are covered.",
        sorts=("until",),
        empty="No device stands so.",
        on_page=_ON_PAGE,
        page="servicedesk_core.features.warranty.pages:devices",
    )
    def devices(
        self,
        tx: Tx,
        *,
        state: Annotated[tuple[CoverState, ...], Help("Only those that stand so; repeatable.")] = (),
        serial: Annotated[tuple[str, ...], Help("Only with this serial number, in any spelling.")] = (),
        company: Company = (),
        manufacturer: Manufacturer = (),
        retired: Retired = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> DeviceList:
        """List devices by how they are covered, from the store alone.

        Raises:
            SettingsError: It cannot be sorted by that.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such client or manufacturer.
        """
        chosen = AssetFilter(company=company, manufacturer=manufacturer, serials=serial, scope=scope, begins=True)
        found = lists.devices(
            tx, day=self.today, states=state, chosen=chosen, retired=retired, sort=sort, after=after, limit=limit
        )
        if not found.items:
            check_names(tx, scope, companies=company, manufacturers=manufacturer)
        return found

    @query("warranty.show", about="A device with its cover.", page="servicedesk_core.features.warranty.pages:device")
    def show(
        self,
        tx: Tx,
        serial: Annotated[str, Help("Its serial number, in any spelling.")],
        *,
        scope: Scope | None = None,
    ) -> DeviceDetail:
        """Show how a device is covered, by whose word, and which claims there are for it.

        Raises:
            NotFoundLocallyError: There is none, or the scope does not let it through.
        """
        return lists.device(tx, serial, self.today, scope, claims=self.desk.may(Capability.CLAIMS_READ))

    @query(
        "warranty.renewals",
        about="Clients with covers that end soon or have ended.",
        empty="No cover ends soon, and none has ended.",
    )
    def renewals(
        self,
        tx: Tx,
        *,
        within: Within = timedelta(days=90),
        manufacturer: Manufacturer = (),
        retired: Retired = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[RenewalRow]:
        """List clients with what there is to renew, those with most covers that end soon first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        kept = None if retired else False
        chosen = AssetFilter(manufacturer=manufacturer, scope=scope, retired=kept)
        day, given = self.today, {"manufacturer": manufacturer, "retired": retired}
        found = (
            replace(
                one,
                has=Opens.of(WarrantyQueries.devices, company=(one.ref,), **given),
                has_ending=Opens.of(WarrantyQueries.expiring, company=(one.ref,), within=within, **given),
            )
            if one.ref and one.client != one.ref  # lists know no client that the PSA has no more
            else one
            for one in overview.renewals(tx, standings(tx, chosen, day), day, within.days)
        )
        by = "-ending,-expired,client,connection,ref"
        return piece(Page(tuple(found)), RenewalRow, by=by, sort=sort, after=after, limit=limit)

    @query(
        "warranty.answers",
        about="What manufacturers answer and decide.",
        needs=Capability.CLAIMS_READ,
        unscoped="a manufacturer answers for all clients together",
        empty="No manufacturer was asked for a cover, and none has a claim.",
    )
    def answers(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[MakerRow]:
        """List what each manufacturer answered when it was last asked, and what it decided of claims.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = Page(tuple(overview.makers(tx)))
        return piece(found, MakerRow, by="-answered,manufacturer", sort=sort, after=after, limit=limit)

    @query(
        "warranty.failures",
        about="Models that broke.",
        empty="No hardware work on a device was found.",
    )
    def failures(
        self,
        tx: Tx,
        *,
        since: Annotated[
            datetime | None, Help("Only tickets opened since a day, or since so long [default: 365d].")
        ] = None,
        manufacturer: Manufacturer = (),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ModelRow]:
        """List models by how often they needed hardware work, the most frequent first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        first = since or self.desk.clock.now() - timedelta(days=365)
        tickets = eligible(
            tx, hardware=self.desk.settings.claims.hardware, only_open=False, since=first, scope=scope
        ).tickets
        wanted = [
            one for one in tickets if not manufacturer or any(is_called(one.manufacturer, it) for it in manufacturer)
        ]
        found = Page(tuple(overview.failures(tx, wanted, scope)))
        return piece(found, ModelRow, by="-failures,model,manufacturer", sort=sort, after=after, limit=limit)

    @query(
        "warranty.missed",
        about="Claims that were missed.",
        version=2,
        needs=Capability.CLAIMS_READ,
        page="servicedesk_core.features.warranty.pages:missed",
    )
    def missed(
        self,
        tx: Tx,
        *,
        since: Annotated[datetime | None, Help("Only tickets opened since a day, or since so long: 365d.")] = None,
        company: Company = (),
        manufacturer: Manufacturer = (),
        retired: Retired = False,
        sort: Sort = None,
        limit: Most = None,
        after: After = None,
        scope: Scope | None = None,
    ) -> MissedList:
        """List hardware work on covered devices for which nothing was claimed, the newest first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: The list is empty, and there is no such client or manufacturer.
        """
        settings = self.desk.settings
        found = lists.missed(
            tx, hardware=settings.claims.hardware, timezone=settings.desk.timezone, since=since, company=company,
            manufacturer=manufacturer, scope=scope, retired=retired,
        )  # fmt: skip
        if not found.items:
            check_names(tx, scope, companies=company, manufacturers=manufacturer)
        return piece(found, MissedClaim, by="-failed_on,-ticket,connection", sort=sort, after=after, limit=limit)

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
        limit: int | None = rules.BATCH,
        scope: Scope | None = None,
        retired: bool = False,
    ) -> tuple[DateChange, ...]:
        """Return assets whose warranty date in the PSA differs from the manufacturer's own word.

        Args:
            connection: Only of this PSA.
            company: Only of this client, by id or name.
            limit: At most so many; ``None`` = all.
            scope: Only what it lets through.
            retired: Also assets that the PSA calls retired.

        Raises:
            NotFoundLocallyError: There are none, and there is no such connection or client.
        """
        known = self.desk.settings.connections if scope is None else ()
        companies = () if company is None else (company,)
        kept = None if retired else False
        chosen = AssetFilter(connection=connection, company=companies, scope=scope, retired=kept)
        day = self.today

        def changes(tx: Tx) -> tuple[DateChange, ...]:
            found = tuple(islice(rules.changes(tx, chosen, day), limit))
            if not found:
                check_names(
                    tx,
                    scope,
                    connection=connection,
                    configured=known,
                    companies=() if company is None else (company,),
                    begins=False,
                )
            return found

        return await self.desk.store.read(changes)

    @property
    def today(self) -> date:
        """The day that it is in the desk's zone."""
        return self.desk.clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone)).date()
