"""A sandbox of a Tryton server: the wire format, the ways of its models, with state."""

from servicedesk_tryton.sandbox.app import Sandbox
from servicedesk_tryton.sandbox.options import SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
