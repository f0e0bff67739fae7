"""A stateful stand-in of Dell's warranty and dispatch interfaces for demonstrations and tests."""

from servicedesk_dell.sandbox.app import Sandbox
from servicedesk_dell.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
