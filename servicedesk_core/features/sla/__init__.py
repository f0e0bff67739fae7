"""Clocks: what was promised to a client, and whether it is kept.

:func:`evaluate` is pure: it needs events, policies, calendars and an instant, and neither a store nor a connector.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.business_time import Calendar as Calendar
    from servicedesk_core.business_time import public_holidays as public_holidays
    from servicedesk_core.features.sla.attainment import Attainment as Attainment
    from servicedesk_core.features.sla.attainment import clock_attainment as clock_attainment
    from servicedesk_core.features.sla.attainment import ticket_compliance as ticket_compliance
    from servicedesk_core.features.sla.definitions import CALENDARS as CALENDARS
    from servicedesk_core.features.sla.definitions import POLICIES as POLICIES
    from servicedesk_core.features.sla.definitions import SlaDefinitions as SlaDefinitions
    from servicedesk_core.features.sla.definitions import read_definitions as read_definitions
    from servicedesk_core.features.sla.evaluating import Evaluator as Evaluator
    from servicedesk_core.features.sla.evaluating import evaluate as evaluate
    from servicedesk_core.features.sla.model import ClockResult as ClockResult
    from servicedesk_core.features.sla.model import ClockState as ClockState
    from servicedesk_core.features.sla.model import Interval as Interval
    from servicedesk_core.features.sla.model import Outcome as Outcome
    from servicedesk_core.features.sla.model import Superseded as Superseded
    from servicedesk_core.features.sla.model import next_due as next_due
    from servicedesk_core.features.sla.overrides import Override as Override
    from servicedesk_core.features.sla.policies import Act as Act
    from servicedesk_core.features.sla.policies import Clock as Clock
    from servicedesk_core.features.sla.policies import Conditions as Conditions
    from servicedesk_core.features.sla.policies import Policy as Policy
    from servicedesk_core.features.sla.policies import PolicySet as PolicySet
    from servicedesk_core.features.sla.policies import ReopenMode as ReopenMode
    from servicedesk_core.features.sla.policies import Targets as Targets
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
