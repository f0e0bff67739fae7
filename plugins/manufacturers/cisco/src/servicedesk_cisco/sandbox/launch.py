"""How the sandbox is run as a process of its own."""

from servicedesk_cisco.sandbox.app import Sandbox
from servicedesk_cisco.sandbox.options import SandboxOptions
from servicedesk_core.sandboxing import Launch

launch = Launch(Sandbox, SandboxOptions, any_serial=True)
