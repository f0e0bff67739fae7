"""Messages: what clients are told of their tickets, by whom, in whose words."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.messages.making.composing import MAIL as MAIL
    from servicedesk_core.features.messages.making.jobs import TellingDesk as TellingDesk
    from servicedesk_core.features.messages.posts.following import Found as Found
    from servicedesk_core.features.messages.posts.following import follow as follow
    from servicedesk_core.features.messages.posts.links import PATH as PATH
    from servicedesk_core.features.messages.queries import MessageQueries as MessageQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="messages",
    about="What clients are told of their tickets, by whom, in whose words.",
    queries=f"{__name__}.queries:MessageQueries",
    actions=f"{__name__}.actions:Messages",
    jobs=(
        JobKind(
            "messages",
            "Makes messages to clients of what happened; sends none that nobody let.",
            "every 1 minute",
            f"{__name__}.making.jobs:tell",
            applies=lambda settings: any(one.writes for one in settings.connections.values()),
        ),
    ),
    automatic=f"{__name__}.making.automatic:ACTS",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("clients", "definitions", "standing", "tickets", "writes"),
)
