"""The desk as a program uses it: :class:`ServiceDesk` puts configuration, store, plugins and sync together.

Each name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicedesk_core.jobs.running import JobOutcome as JobOutcome
    from servicedesk_core.jobs.status import ScheduledJob as ScheduledJob
    from servicedesk_core.problem import Problem as Problem
    from servicedesk_core.runtime.blocking import BlockingServiceDesk as BlockingServiceDesk
    from servicedesk_core.runtime.desk import ServiceDesk as ServiceDesk
    from servicedesk_core.runtime.maintenance import StoreAdoption as StoreAdoption
    from servicedesk_core.runtime.maintenance import StoreBackup as StoreBackup
    from servicedesk_core.runtime.maintenance import StoreRestore as StoreRestore
    from servicedesk_core.runtime.maintenance import StoreSize as StoreSize
    from servicedesk_core.runtime.maintenance import StoreUpgrade as StoreUpgrade
    from servicedesk_core.runtime.maintenance import StoreVerdict as StoreVerdict
    from servicedesk_core.runtime.monitoring.checking import ConnectionCheck as ConnectionCheck
    from servicedesk_core.runtime.monitoring.checking import ConnectionInfo as ConnectionInfo
    from servicedesk_core.runtime.monitoring.health import Health as Health
    from servicedesk_core.runtime.monitoring.status import DeskStatus as DeskStatus
    from servicedesk_core.runtime.syncing import PlanOutcome as PlanOutcome
    from servicedesk_core.runtime.syncing import SyncOutcome as SyncOutcome

_HOME = {
    "BlockingServiceDesk": "servicedesk_core.runtime.blocking",
    "ConnectionCheck": "servicedesk_core.runtime.monitoring.checking",
    "ConnectionInfo": "servicedesk_core.runtime.monitoring.checking",
    "DeskStatus": "servicedesk_core.runtime.monitoring.status",
    "Health": "servicedesk_core.runtime.monitoring.health",
    "JobOutcome": "servicedesk_core.jobs.running",
    "ScheduledJob": "servicedesk_core.jobs.status",
    "PlanOutcome": "servicedesk_core.runtime.syncing",
    "Problem": "servicedesk_core.problem",
    "ServiceDesk": "servicedesk_core.runtime.desk",
    "StoreAdoption": "servicedesk_core.runtime.maintenance",
    "StoreBackup": "servicedesk_core.runtime.maintenance",
    "StoreRestore": "servicedesk_core.runtime.maintenance",
    "StoreSize": "servicedesk_core.runtime.maintenance",
    "StoreUpgrade": "servicedesk_core.runtime.maintenance",
    "StoreVerdict": "servicedesk_core.runtime.maintenance",
    "SyncOutcome": "servicedesk_core.runtime.syncing",
}

__all__ = [*_HOME]  # noqa: PLE0604  # every name is resolved by __getattr__


def __getattr__(name: str) -> Any:
    try:
        module = import_module(_HOME[name])
    except KeyError:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg) from None
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
