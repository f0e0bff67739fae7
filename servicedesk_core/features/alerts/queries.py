"""What is wrong with the desk, and who has been told."""

from datetime import timedelta
from typing import Annotated, Final, Protocol

from sqlalchemy import Connection as Tx

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError
from servicedesk_core.faces import After, Feature, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert, Channel, RuleRow, WouldOpen


class MeasuringDesk(ConfiguredDesk, Protocol):
    """A desk with its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which figures that brings."""
        ...

    def may(self, capability: Capability) -> bool:
        """Return whether whoever asks may do something."""
        ...


UNSCOPED: Final = "they are about the whole desk"


class Alerts(Namespace[Manner]):
    """What is wrong with the desk, and who has been told."""

    desk: MeasuringDesk

    @query(
        "alerts.list",
        about="Open alerts, or those that are over.",
        needs=Capability.DESK_READ,
        sorts=tables.COLUMNS,
        unscoped=UNSCOPED,
        empty='There is no such alert. The job "alerts" looks for what is wrong.',
    )
    def list(
        self,
        tx: Tx,
        *,
        ended: Annotated[bool, Help("Those that are over, the newest first.")] = False,
        muted: Annotated[bool, Help("Only those of which nobody is told, open or over.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Alert]:
        """List what is wrong, with the desk or with the service, the oldest first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        muted_at = self.desk.clock.now() if muted else None
        return tables.page(tx, ended=ended, muted_at=muted_at, sort=sort, after=after, limit=limit)

    @query(
        "alerts.channels",
        about="How the channels stand that are told.",
        needs=Capability.DESK_READ,
        unscoped="they are the desk's own",
        empty="No channel has been told anything.",
    )
    def channels(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[Channel]:
        """List the channels that were ever told of an alert, with what they did not take.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = Page(tuple(tables.channels(tx)))
        return piece(found, Channel, by="name", sort=sort, after=after, limit=limit)

    @query(
        "alerts.rules",
        about="Alert rules.",
        needs=Capability.DESK_READ,
        unscoped=UNSCOPED,
        empty="There is none beside those of the program. Write [alert_rules.NAME] into the folder of definitions.",
    )
    def rules(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[RuleRow]:
        """List the alert rules that somebody decided about, and how many alerts of each are open.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        from servicedesk_core.features.alerts.ruled.listing import rows  # noqa: PLC0415  # `status` reads no rules

        return piece(Page(rows(tx, self.desk.clock.now())), RuleRow, by="name", sort=sort, after=after, limit=limit)

    @query(
        "alerts.test",
        about="When a rule would have been an alert.",
        needs=Capability.DESK_READ,
        unscoped=UNSCOPED,
        empty="It would not have been one.",
    )
    def test(
        self,
        tx: Tx,
        rule: Annotated[str, Help("Its name.", names="alerts.rules")],
        *,
        last: Annotated[timedelta, Help("In so long a time up to now.")] = timedelta(days=30),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[WouldOpen]:
        """List when a rule would have opened an alert, and closed it.

        The figure is measured 60 times within the time; one of so many answers with each answer.

        Raises:
            NotFoundLocallyError: There is no such rule.
            NotPermittedError: You may not see its figure.
            SettingsError: Of its figure nothing is kept of the past.
            KpiError: The figure cannot be measured.
            CursorError: ``after`` is not a position of this list.
        """
        from servicedesk_core.features.alerts.ruled import listing  # noqa: PLC0415  # see above
        from servicedesk_core.features.alerts.ruled.kinds import figures_of  # noqa: PLC0415  # see above

        now = self.desk.clock.now()
        known = listing.rules(tx, now)
        if rule not in known:
            message = f'There is no alert rule "{rule}".{did_you_mean(rule, known)}'
            raise NotFoundLocallyError(message, hint="`servicedesk alerts rules` lists them.")
        figure = figures_of(self.desk.features).get(known[rule].metric)
        if figure is not None and not self.desk.may(figure.needs):
            raise NotPermittedError(f'{figure.name} takes the right "{figure.needs}".', hint="Ask who has it.")
        found = Page(listing.tried(tx, self.desk, known[rule], now - last, now))
        return piece(found, WouldOpen, by="opened_at,scope", sort=sort, after=after, limit=limit)
