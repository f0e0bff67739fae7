"""Webhooks: vendors call when something happens, and what they name is read at once."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.webhooks.following import FollowingDesk as FollowingDesk
    from servicedesk_core.features.webhooks.following import follow_all as follow_all
    from servicedesk_core.features.webhooks.jobs import LookingDesk as LookingDesk
    from servicedesk_core.features.webhooks.jobs import look_into_doubts as look_into_doubts
    from servicedesk_core.features.webhooks.keys import Keys as Keys
    from servicedesk_core.features.webhooks.receiving import Receiver as Receiver
    from servicedesk_core.features.webhooks.receiving import Reply as Reply
    from servicedesk_core.features.webhooks.subscribing import LEFT as LEFT
    from servicedesk_core.features.webhooks.subscribing import PATH as PATH
    from servicedesk_core.features.webhooks.subscribing import left_behind as left_behind
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="webhooks",
    about="Where vendors call when something happens, and whether they do.",
    section=Section.UNATTENDED,
    queries=f"{__name__}.queries:WebhookQueries",
    actions=f"{__name__}.actions:Webhooks",
    jobs=(
        JobKind(
            "webhooks",
            "Looks whether vendors still call, renews what ends soon, reads what was left.",
            "every 1 hour",
            f"{__name__}.jobs:look_after",
            applies=lambda settings: settings.public.url is not None,
        ),
    ),
    alert_rules=(f"{__name__}.rules:conditions",),
)
