"""How webhooks are doing."""

from datetime import datetime, timedelta

from sqlalchemy import Connection as Tx

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.webhooks.model import SubscriptionRow, WebhookRow, WebhookState
from servicedesk_core.features.webhooks.receiving import REFUSED
from servicedesk_core.features.webhooks.subscribing import PATH
from servicedesk_core.store import sources, webhooks
from servicedesk_core.store.webhooks import Endpoint

_DAY = timedelta(days=1)
_EMPTY = 'Nobody calls: "servicedesk webhooks register" has the vendor of a connection do so.'
_WHOLE = "an address is that of a whole connection"


class WebhookQueries(Namespace[Manner]):
    """Where vendors call, and whether they do."""

    desk: ConfiguredDesk

    @query("webhooks.list", about="Webhooks by connection.", needs=Capability.DESK_READ, empty=_EMPTY, unscoped=_WHOLE)
    def list(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[WebhookRow]:
        """List by connection whether its vendor calls, what was refused, and what is still to be read.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = Page(tuple(rows(tx, self.desk.settings.public.url, self.desk.clock.now())))
        return piece(found, WebhookRow, by="connection", sort=sort, after=after, limit=limit)

    @query(
        "webhooks.subscriptions",
        about="Subscriptions as they were last seen at the vendors.",
        needs=Capability.DESK_READ,
        empty=_EMPTY,
        unscoped=_WHOLE,
    )
    def subscriptions(
        self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None
    ) -> Page[SubscriptionRow]:
        """List the subscriptions as they were last seen at the vendors.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        looked_at = {one.source_id: one.looked_at for one in webhooks.endpoints(tx)}
        names = {source.id: source.name for source in sources.all(tx)}
        now = self.desk.clock.now()
        found = Page(
            tuple(
                SubscriptionRow(
                    connection=names[one.source_id],
                    stream=one.stream,
                    ref=one.ref,
                    is_active=one.is_alive(now),
                    problem=one.problem or ("" if one.is_alive(now) else "it has ended"),
                    since=one.since,
                    expires_at=one.expires_at,
                    looked_at=looked_at.get(one.source_id),
                )
                for one in webhooks.subscriptions(tx)
            )
        )
        return piece(found, SubscriptionRow, by="connection,stream", sort=sort, after=after, limit=limit)


def rows(tx: Tx, public: str | None, now: datetime) -> "list[WebhookRow]":
    """Return how the webhooks of each connection with an address are doing."""
    kept = webhooks.subscriptions(tx)
    waiting, counted = webhooks.waiting(tx), webhooks.counted(tx, now - _DAY)

    def row(endpoint: Endpoint) -> WebhookRow:
        def number(*outcomes: str) -> int:
            return sum(counted.get((endpoint.source_id, one), 0) for one in outcomes)

        there = [one for one in kept if one.source_id == endpoint.source_id]
        dead = tuple(one.stream for one in there if not one.is_alive(now))
        left, since = waiting.get(endpoint.source_id, (0, now))
        return WebhookRow(
            connection=endpoint.connection,
            state=_state(len(there), len(dead)),
            streams=tuple(one.stream for one in there),
            dead=dead,
            address=None if (base := endpoint.base_url or public) is None else f"{base}{PATH}…",
            heard_at=endpoint.heard_at,
            events=number("events"),
            refused=number(*REFUSED),
            waiting=left,
            lag_s=int((now - since).total_seconds()),
            left=number("left_to_sync"),
            expires_at=min((one.expires_at for one in there if one.expires_at is not None), default=None),
        )

    return [row(one) for one in webhooks.endpoints(tx)]


def _state(there: int, dead: int) -> WebhookState:
    if not there:
        return WebhookState.BY_HAND
    if not dead:
        return WebhookState.ACTIVE
    return WebhookState.DEAD if dead == there else WebhookState.PARTLY
