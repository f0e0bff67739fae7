"""A stateful stand-in of an InvenTree server for demonstrations and tests."""

from servicedesk_inventree.sandbox.app import Sandbox
from servicedesk_inventree.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
