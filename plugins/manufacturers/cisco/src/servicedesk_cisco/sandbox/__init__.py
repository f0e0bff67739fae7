"""A stateful stand-in of Cisco's Support APIs for demonstrations and tests."""

from servicedesk_cisco.sandbox.app import Sandbox
from servicedesk_cisco.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
