"""The desk as one class, in layers: open, connecting, pulling and reading, and on top of them its jobs."""

from servicedesk_core.runtime.desk.opening import DeskOptions
from servicedesk_core.runtime.desk.service_desk import ServiceDesk

__all__ = ["DeskOptions", "ServiceDesk"]
