"""The command of a feature: a group that imports no more of it than the invoked command needs."""

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from servicedesk_core.cli.derived.command import command_of
from servicedesk_core.faces import Offer
from servicedesk_core.faces.feature import Feature

ByHand = Callable[[typer.Typer], None]

_WHOLE = 500
"""Characters that no first sentence of a command has."""


def command_of_feature(
    feature: Feature, by_hand: ByHand | None = None, *, replaced: Collection[str] = frozenset()
) -> Any:
    """Return the command of a feature: the query that is called like it, or a group.

    Args:
        feature: The feature.
        by_hand: Adds the commands that are written by hand, and replaces derived ones.
        replaced: The queries among those.
    """
    if alone := [one for one in feature.offers(acts=False).values() if one.name == feature.name]:
        return commands_of(alone)[feature.name]
    group = _Group(name=feature.name, help=feature.about, no_args_is_help=True, rich_markup_mode=None)
    group.feature, group.by_hand, group.replaced = feature, by_hand, replaced
    del group.commands  # made when somebody looks at all of them
    return group


class _Group(TyperGroup):
    feature: Feature
    by_hand: ByHand | None
    replaced: Collection[str]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; what names no command is for the act that is called as its feature, if there is one."""
        if args and args[0] not in ctx.help_option_names and self.get_command(ctx, args[0]) is None:
            args = [self.name, *args] if self.name in self.commands else args
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for a query no act is imported."""
        if "commands" not in self.__dict__ and cmd_name not in self.replaced:
            query = self.feature.offers(acts=False).get(cmd_name)
            if query is not None:
                return commands_of([query])[cmd_name]
        return super().get_command(ctx, cmd_name)

    @cached_property
    def commands(self) -> dict[str, Any]:  # type: ignore[override]
        """All commands by name."""
        return commands_of(self.feature.offers().values(), self.by_hand)


def commands_of(offered: Iterable[Offer[..., Any]], by_hand: ByHand | None = None) -> dict[str, Any]:
    """Return commands by name.

    Args:
        offered: What they are derived from.
        by_hand: Adds more.
    """
    app = typer.Typer(rich_markup_mode=None)
    app.callback()(_nothing)  # without it typer makes a program of one command that has no name
    for offer in offered:
        app.command(offer.name.rpartition(".")[2])(command_of(offer))
    if by_hand is not None:
        by_hand(app)
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]  # a group, because of the callback
    for command in commands.values():
        for one in (command, *getattr(command, "commands", {}).values()):
            one.short_help = one.get_short_help_str(_WHOLE)  # else lists of commands cut their sentences off
    return commands


def _nothing() -> None:
    """Do nothing."""
