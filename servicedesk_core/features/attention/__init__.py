"""Attention: who has to act next on each open ticket, and which tickets somebody has to look at."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.attention.model import Attention as Attention
    from servicedesk_core.features.attention.model import Decision as Decision
    from servicedesk_core.features.attention.model import DueBy as DueBy
    from servicedesk_core.features.attention.model import NextActor as NextActor
    from servicedesk_core.features.attention.model import Placed as Placed
    from servicedesk_core.features.attention.model import Promised as Promised
    from servicedesk_core.features.attention.model import Reason as Reason
    from servicedesk_core.features.attention.model import Standing as Standing
    from servicedesk_core.features.attention.model import Visit as Visit
    from servicedesk_core.features.attention.queries import AttentionQueries as AttentionQueries
    from servicedesk_core.features.attention.queries import HeldList as HeldList
    from servicedesk_core.features.attention.rules import HORIZON as HORIZON
    from servicedesk_core.features.attention.rules import RULES as RULES
    from servicedesk_core.features.attention.rules import is_snoozed as is_snoozed
    from servicedesk_core.features.attention.rules import lacks_cover as lacks_cover
    from servicedesk_core.features.attention.rules import next_actor as next_actor
    from servicedesk_core.features.attention.rules import reason_of as reason_of
    from servicedesk_core.features.attention.rules import turns as turns
    from servicedesk_core.features.attention.tables.acts import acts_between as acts_between
    from servicedesk_core.features.attention.tables.acts import newest_acts as newest_acts
    from servicedesk_core.features.attention.tables.facts import Found as Found
    from servicedesk_core.features.attention.tables.facts import standings as standings
    from servicedesk_core.features.attention.tables.past import past_standings as past_standings
    from servicedesk_core.features.attention.tables.people import NOBODY as NOBODY
    from servicedesk_core.features.attention.tables.people import Staff as Staff
    from servicedesk_core.features.attention.tables.people import staff as staff
    from servicedesk_core.features.attention.tables.queues import Queues as Queues
    from servicedesk_core.features.attention.tables.rows import rows_of as rows_of
    from servicedesk_core.features.attention.tables.visits import Booked as Booked
    from servicedesk_core.features.attention.tables.visits import booked as booked
    from servicedesk_core.features.attention.tables.visits import visits_by_technician as visits_by_technician
    from servicedesk_core.features.attention.tables.visits import visits_by_ticket as visits_by_ticket
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="attention",
    about="Who has to act next on a ticket, and what somebody has to look at.",
    queries=f"{__name__}.queries:AttentionQueries",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "parts", "rota", "skills", "sla", "tickets"),
)
