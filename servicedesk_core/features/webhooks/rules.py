"""What is wrong with webhooks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Tx
from sqlalchemy import func, select

from servicedesk_core.faces.alerting import Condition, Watch
from servicedesk_core.features.webhooks.model import WebhookRow, WebhookState
from servicedesk_core.features.webhooks.queries import rows
from servicedesk_core.features.webhooks.receiving import REFUSED, Outcome
from servicedesk_core.features.webhooks.subscribing import LEFT, left_behind
from servicedesk_core.store import sources, webhooks
from servicedesk_core.store.changes import QUIET_MODES
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import changes
from servicedesk_core.sync.hinted import HINTED

MOST_REFUSED: Final = 20
"""Refused deliveries of a connection within an hour or two that somebody should know of."""

MOST_UNKNOWN: Final = 500
"""Requests for addresses that nobody has, in the same time: somebody is looking for one."""

LONGEST_LAG_S: Final = 3_600

QUIET: Final = timedelta(hours=2)
MOST_UNTOLD: Final = 20
"""So many changes that a sync found and the vendor never called about, over :data:`QUIET`, are a silence."""


def conditions(watch: Watch) -> Iterator[Condition]:
    """Yield what is wrong: addresses left over, dead subscriptions, silence, refusals, a queue that does not move."""
    tx, now = watch.tx, watch.now
    recent = webhooks.counted(tx, now - timedelta(hours=1))
    ids = {source.name: source.id for source in sources.all(tx)}
    left = {one.connection for one in left_behind(tx, watch.desk.settings)}
    for name in sorted(left):
        said, _, remedy = LEFT.format(name).partition(". ")
        yield Condition(f"webhooks:{name}/left", "left", f"{said}.", remedy)
    public = watch.desk.settings.public.url
    moved = {one.connection: one.base_url for one in webhooks.endpoints(tx) if one.base_url not in {None, public}}
    for row in rows(tx, None, now):
        if row.streams and row.connection in moved:
            yield Condition(
                f"webhooks:{row.connection}/moved",
                "moved",
                f"The vendor of {row.connection} calls {moved[row.connection]}, which is not the url of [public].",
                f'"servicedesk webhooks register {row.connection}" has it call the new one instead.',
            )
        if row.connection in left:
            continue
        yield from _of(tx, row, ids[row.connection], recent, now)
    unknown = recent.get((webhooks.NOBODY, Outcome.UNKNOWN_ADDRESS.value), 0)
    if unknown >= MOST_UNKNOWN:
        yield Condition(
            "webhooks:unknown",
            "refused",
            f"The public listener was asked {unknown} times for addresses that nobody has.",
            "Look into the log of your proxy or firewall who asks. An old address of ours is one of these too.",
        )


def _of(
    tx: Tx, row: WebhookRow, source_id: int, recent: dict[tuple[int, str], int], now: datetime
) -> Iterator[Condition]:
    name = row.connection
    if row.state in {WebhookState.DEAD, WebhookState.PARTLY}:
        yield Condition(
            f"webhooks:{name}/dead",
            "dead",
            f"The vendor of {name} does not call any more about {', '.join(row.dead)}; syncs go on as before.",
            f'Look why with "servicedesk webhooks subscriptions", then "servicedesk webhooks register {name}".',
        )
    refused = sum(recent.get((source_id, outcome.value), 0) for outcome in REFUSED)
    if refused >= MOST_REFUSED:
        yield Condition(
            f"webhooks:{name}/refused",
            "refused",
            f"{refused} deliveries to the address of {name} were refused.",
            "Either the secret differs from the vendor's, or somebody else knows the address: "
            f'"servicedesk webhooks remove {name}", then register it again.',
        )
    if row.waiting and row.lag_s >= LONGEST_LAG_S:
        yield Condition(
            f"webhooks:{name}/lag",
            "late",
            f"{row.waiting} records that the vendor of {name} called about are not read yet.",
            'See "servicedesk connections test" and the quota in "servicedesk status".',
        )
    if row.state is WebhookState.ACTIVE and _is_silent(tx, row, source_id, now):
        yield Condition(
            f"webhooks:{name}/silent",
            "silent",
            f"The vendor of {name} has not called for hours, and syncs found changes that it should have told of.",
            "Look whether the vendor reaches the address in [public] url, and into its log of failed calls.",
        )


def _is_silent(tx: Tx, row: WebhookRow, source_id: int, now: datetime) -> bool:
    """Whether nobody has called for a while in which there was something to call about."""
    registered = (one.since for one in webhooks.subscriptions(tx) if one.source_id == source_id)
    since = max([*registered, *([row.heard_at] if row.heard_at is not None else [])])
    if now - since < QUIET:
        return False
    untold = select(func.count()).where(
        changes.c.source_id == source_id,
        changes.c.entity.in_(row.streams),
        changes.c.origin == "pull",
        changes.c["mode"].not_in((*QUIET_MODES, HINTED)),
        changes.c.at > to_us(since),
    )
    return int(tx.execute(untold).scalar_one()) >= MOST_UNTOLD
