"""A stateful stand-in of QuickBooks Online for demonstrations and tests."""

from servicedesk_quickbooks.sandbox.app import Sandbox
from servicedesk_quickbooks.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
