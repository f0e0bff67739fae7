"""A stateful stand-in of the vendor's REST API for demonstrations and tests."""

from servicedesk_autotask.sandbox.app import Sandbox
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_autotask.sandbox.serving import serve

__all__ = ["Sandbox", "SandboxOptions", "serve"]
