"""The desk as a program uses it: :class:`ServiceDesk` puts configuration, store, plugins and sync together.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.desk.blocking import BlockingServiceDesk as BlockingServiceDesk
    from servicedesk_core.desk.monitoring.checking import ConnectionCheck as ConnectionCheck
    from servicedesk_core.desk.monitoring.checking import IdentityChange as IdentityChange
    from servicedesk_core.desk.monitoring.health import Health as Health
    from servicedesk_core.desk.service_desk import ServiceDesk as ServiceDesk
    from servicedesk_core.desk.stored import DeskOptions as DeskOptions
    from servicedesk_core.desk.syncing import PastOutcome as PastOutcome
    from servicedesk_core.desk.syncing import PastPlanOutcome as PastPlanOutcome
    from servicedesk_core.desk.syncing import PlanOutcome as PlanOutcome
    from servicedesk_core.desk.syncing import SyncOutcome as SyncOutcome
    from servicedesk_core.features.status.model import ConnectionInfo as ConnectionInfo
    from servicedesk_core.features.status.model import DeskStatus as DeskStatus
    from servicedesk_core.jobs.running import JobOutcome as JobOutcome
    from servicedesk_core.jobs.status import ScheduledJob as ScheduledJob
    from servicedesk_core.problem import Problem as Problem
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
