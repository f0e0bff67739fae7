"""A stateful stand-in of the vendor's Support API for demonstrations and tests."""

from servicedesk_lenovo.sandbox.app import Sandbox
from servicedesk_lenovo.sandbox.options import SandboxInfo, SandboxOptions
from servicedesk_lenovo.sandbox.server import serve

__all__ = ["Sandbox", "SandboxInfo", "SandboxOptions", "serve"]
