"""A stateful stand-in of the vendor's Warranty Check for demonstrations and tests."""

from servicedesk_core.sandboxing import serve
from servicedesk_hpe.sandbox.app import Sandbox
from servicedesk_hpe.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions", "serve"]
