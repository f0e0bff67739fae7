"""Clocks: what was promised to a client, and whether it is kept.

:func:`evaluate` is pure: it needs events, policies, calendars and an instant, and neither a store nor a connector. On a
desk the clocks of its tickets are judged when something happens, and kept in ``sla_clocks``; :class:`AsOf` says what
they show at an instant.
"""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.business_time import Calendar as Calendar
    from servicedesk_core.business_time import public_holidays as public_holidays
    from servicedesk_core.features.definitions import CALENDARS as CALENDARS
    from servicedesk_core.features.sla.clocks.attainment import Attainment as Attainment
    from servicedesk_core.features.sla.clocks.attainment import clock_attainment as clock_attainment
    from servicedesk_core.features.sla.clocks.attainment import ticket_compliance as ticket_compliance
    from servicedesk_core.features.sla.clocks.evaluating import Evaluator as Evaluator
    from servicedesk_core.features.sla.clocks.evaluating import evaluate as evaluate
    from servicedesk_core.features.sla.clocks.model import ClockResult as ClockResult
    from servicedesk_core.features.sla.clocks.model import ClockState as ClockState
    from servicedesk_core.features.sla.clocks.model import Interval as Interval
    from servicedesk_core.features.sla.clocks.model import Superseded as Superseded
    from servicedesk_core.features.sla.clocks.model import next_due as next_due
    from servicedesk_core.features.sla.clocks.overrides import Override as Override
    from servicedesk_core.features.sla.clocks.policies import Act as Act
    from servicedesk_core.features.sla.clocks.policies import Clock as Clock
    from servicedesk_core.features.sla.clocks.policies import Conditions as Conditions
    from servicedesk_core.features.sla.clocks.policies import Duration as Duration
    from servicedesk_core.features.sla.clocks.policies import Outcome as Outcome
    from servicedesk_core.features.sla.clocks.policies import Policy as Policy
    from servicedesk_core.features.sla.clocks.policies import PolicySet as PolicySet
    from servicedesk_core.features.sla.clocks.policies import ReopenMode as ReopenMode
    from servicedesk_core.features.sla.clocks.policies import Targets as Targets
    from servicedesk_core.features.sla.definitions import POLICIES as POLICIES
    from servicedesk_core.features.sla.definitions import SlaDefinitions as SlaDefinitions
    from servicedesk_core.features.sla.definitions import read_definitions as read_definitions
    from servicedesk_core.features.sla.model import By as By
    from servicedesk_core.features.sla.model import ClockStatus as ClockStatus
    from servicedesk_core.features.sla.model import group_in_words as group_in_words
    from servicedesk_core.features.sla.past.model import ResponseBy as ResponseBy
    from servicedesk_core.features.sla.past.queries import Past as Past
    from servicedesk_core.features.sla.proposing.proposing import propose as propose
    from servicedesk_core.features.sla.queries import Clocks as Clocks
    from servicedesk_core.features.sla.stands.measuring import Became as Became
    from servicedesk_core.features.sla.stands.model import Stand as Stand
    from servicedesk_core.features.sla.stands.tables import due_counts as due_counts
    from servicedesk_core.features.sla.stands.tables import stand_counts as stand_counts
    from servicedesk_core.features.sla.stands.tables import stands_of as stands_of
    from servicedesk_core.features.sla.tables.counts import clock_status as clock_status
    from servicedesk_core.features.sla.tables.progress import book_of as book_of
    from servicedesk_core.features.sla.tables.promises import Promise as Promise
    from servicedesk_core.features.sla.tables.promises import promises as promises
    from servicedesk_core.features.sla.tables.promises import promises_then as promises_then
    from servicedesk_core.features.sla.tables.promises import waited_for as waited_for
    from servicedesk_core.features.sla.tables.shown import AsOf as AsOf
    from servicedesk_core.features.sla.tables.told import FOLLOWED as FOLLOWED
    from servicedesk_core.features.sla.tables.told import PLACES as PLACES
    from servicedesk_core.features.sla.tables.told import touched as touched
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="sla",
    about="Clocks: what was promised to clients, and whether it is kept.",
    queries=f"{__name__}.past.queries:Past",
    actions=f"{__name__}.actions:Sla",
    jobs=(
        JobKind(
            "sla",
            "Judges the clocks of tickets that something happened to.",
            "every 1 minute",
            f"{__name__}.jobs:evaluate",
        ),
    ),
    definitions=f"{__name__}.definitions:KINDS",
    after_sync=f"{__name__}.jobs:after_sync",
    needs=("clients", "definitions", "rota", "tickets"),
)
