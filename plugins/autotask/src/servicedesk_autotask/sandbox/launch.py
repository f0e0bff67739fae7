"""How the sandbox is run as a process of its own."""

from servicedesk_autotask.sandbox.app import Sandbox
from servicedesk_autotask.sandbox.options import SandboxOptions
from servicedesk_core.sandboxing import Launch

launch = Launch(Sandbox, SandboxOptions)
