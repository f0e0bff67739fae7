"""The desk as one class, in layers: open, connecting, pulling and reading, and on top of them its jobs."""

from servicedesk_core.runtime.desk.service_desk import ServiceDesk
from servicedesk_core.runtime.stored import DeskOptions

__all__ = ["DeskOptions", "ServiceDesk"]
