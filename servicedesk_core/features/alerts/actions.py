"""Looking after alerts: saying that somebody does, and that nobody is to be told."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert, LookedAfter
from servicedesk_core.features.alerts.queries import UNSCOPED, Alerts
from servicedesk_core.store import Tx, audit

KEY = Annotated[str, Help('What it is about; "rule:NAME" means all of a rule.', names="alerts.list")]
REASON = Annotated[str, Help("Why; kept in the audit trail.")]


class AlertActs(Alerts[Manner]):
    """What is wrong, and looking after it."""

    @action(
        "alerts.acknowledge",
        about="What is looked after.",
        needs=Capability.PAGES_ACKNOWLEDGE,
        unscoped=UNSCOPED,
    )
    async def acknowledge(self, key: KEY, *, reason: REASON = "") -> LookedAfter:
        """Say that you look after an open alert: nobody is told of it again before it is over.

        Raises:
            NotFoundLocallyError: No such alert is open.
        """

        def work(tx: Tx, alerts: list[Alert], now: datetime) -> list[Alert]:
            opened = [one for one in alerts if one.closed_at is None]
            tables.note(tx, [one.key for one in opened], acknowledged_by=str(self.desk.actor), acknowledged_at=now)
            return opened

        return await self._kept("alert.acknowledged", key, work, reason, None)

    @action(
        "alerts.mute",
        about="What nobody is told of.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped=UNSCOPED,
    )
    async def mute(
        self,
        key: KEY,
        *,
        until: Annotated[datetime, Help("Until when; an instant that is past ends it.")],
        reason: REASON = "",
    ) -> LookedAfter:
        """Tell nobody of an alert until an instant, whether it opens, goes on or ends; lists show it all the same.

        Raises:
            NotFoundLocallyError: There never was such an alert.
            SettingsError: It is longer than a year.
        """
        if (until - self.desk.clock.now()).days > _LONGEST_D:
            raise SettingsError("That is more than a year.", hint="Take the rule away, or the channel.")

        def work(tx: Tx, alerts: list[Alert], now: datetime) -> list[Alert]:
            tables.note(tx, [one.key for one in alerts], muted_until=until if until > now else None)
            return alerts

        return await self._kept("alert.muted", key, work, reason, until)

    async def _kept(
        self,
        name: str,
        key: str,
        work: Callable[[Tx, list[Alert], datetime], list[Alert]],
        reason: str,
        until: datetime | None,
    ) -> LookedAfter:
        def written(tx: Tx) -> LookedAfter:
            audit.take_turn(tx)
            now = self.desk.clock.now()
            done = work(tx, tables.found(tx, key), now)
            if not done:
                open_ones = [one.key for one in tables.open_alerts(tx)]
                message = f'There is no such alert: "{key}".{did_you_mean(key, open_ones)}'
                raise NotFoundLocallyError(message, hint="`servicedesk alerts list` shows them.")
            after = {"alerts": len(done), "until": None if until is None else until.isoformat()}
            by = str(self.desk.actor)
            audit.append(tx, at=now, actor=by, action=name, entity=f"alert:{key}", after=after, reason=reason)
            return LookedAfter(tuple(one.key for one in done), until)

        return await self.desk.store.write(written)


_LONGEST_D = 366
