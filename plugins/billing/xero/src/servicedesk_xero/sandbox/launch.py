"""How the sandbox is run as a process of its own."""

from servicedesk_core.sandboxing import Launch
from servicedesk_xero.sandbox.app import Sandbox
from servicedesk_xero.sandbox.options import SandboxOptions

launch = Launch(Sandbox, SandboxOptions)
