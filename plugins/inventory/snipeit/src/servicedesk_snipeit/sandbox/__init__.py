"""A stateful stand-in of Snipe-IT's interface for demonstrations and tests."""

from servicedesk_core.sandboxing import serve
from servicedesk_snipeit.sandbox.app import Sandbox
from servicedesk_snipeit.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions", "serve"]
