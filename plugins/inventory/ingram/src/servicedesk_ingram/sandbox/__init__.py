"""A stateful stand-in of Ingram Micro's Reseller API for demonstrations and tests."""

from servicedesk_ingram.sandbox.app import Sandbox
from servicedesk_ingram.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
