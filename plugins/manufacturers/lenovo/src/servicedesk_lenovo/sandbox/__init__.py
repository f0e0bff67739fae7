"""A stateful stand-in of the vendor's Support API for demonstrations and tests."""

from servicedesk_core.sandboxing import serve
from servicedesk_lenovo.sandbox.app import Sandbox
from servicedesk_lenovo.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions", "serve"]
