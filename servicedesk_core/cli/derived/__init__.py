"""Commands that are derived from what features declare: :mod:`servicedesk_core.faces`."""

from servicedesk_core.cli.derived.group import command_of_feature, commands_of

__all__ = ["command_of_feature", "commands_of"]
