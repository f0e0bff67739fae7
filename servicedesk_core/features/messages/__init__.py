"""Messages: what clients are told of their tickets, by whom, in whose words."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.messages.queries import MessageQueries as MessageQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="messages",
    about="What clients are told of their tickets, by whom, in whose words.",
    queries=f"{__name__}.queries:MessageQueries",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("clients", "definitions", "standing"),
)
