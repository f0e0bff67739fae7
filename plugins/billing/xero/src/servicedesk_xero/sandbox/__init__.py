"""A stateful stand-in of Xero's log-in and Accounting API for demonstrations and tests."""

from servicedesk_xero.sandbox.app import Sandbox
from servicedesk_xero.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
