"""Commands that are derived from what features declare: :mod:`servicedesk_core.faces`."""

from servicedesk_core.cli.derived.group import commands_of, group_of

__all__ = ["commands_of", "group_of"]
