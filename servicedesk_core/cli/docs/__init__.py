"""``servicedesk docs``: the reference pages, made from the code. One module a page, imported when it is asked for."""

import importlib
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.shell.arguments import own_names
from servicedesk_core.cli.shell.context import Cli

if TYPE_CHECKING:
    from servicedesk_core.features import Feature

PAGES: Mapping[str, str] = {
    "settings": "Every key of servicedesk.toml.",
    "commands": "Every command with its arguments and options.",
    "people": "Capabilities, roles, and what each call takes.",
    "definitions": "Every kind of definition with its keys.",
    "errors": "Error codes, exit codes, and what they mean.",
    "figures": "Every figure, and what exactly it measures.",
    "documents": "What --json prints, field by field.",
    "streams": "The records of a desk with their fields, and the status categories.",
    "views": "The SQL views with their columns.",
    "connectors": "What each installed connector reads, writes and needs.",
    "hooks": "What a connector can implement.",
}
"""What each page is about; the module of its name makes it."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs")(docs)


def docs(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which page, or a document for its JSON Schema.")] = None,
) -> None:
    """Print a page of the reference; without a name, list the pages.

    The pages are made from what is installed, so they are those of this version. Into a pipe or a file they are
    written as Markdown.

    \b
    servicedesk docs settings
    servicedesk docs views > views.md
    servicedesk docs tickets.list
    """  # noqa: D301  # the character that keeps lines as they are
    cli: Cli = ctx.obj
    if name is None:
        cli.table(("Page", "About"), PAGES.items())
        cli.say('"servicedesk docs documents" names the documents; each has its JSON Schema: servicedesk docs status.')
    elif name in PAGES:
        theirs, program = _features(ctx), ctx.find_root().command
        text = page(name, program, theirs, _groups(ctx, theirs) if name == "commands" else ())
        if sys.stdout.isatty():
            from servicedesk_core.cli.docs.terminal import Page  # noqa: PLC0415

            cli.out.print(Page(text))
        else:
            sys.stdout.write(text)
    else:
        sys.stdout.write(_schema(name, _features(ctx)))


def page(name: str, program: Any, theirs: "tuple[Feature, ...]" = (), groups: tuple[tuple[str, Any], ...] = ()) -> str:
    """Return a page as Markdown.

    Args:
        name: One of :data:`PAGES`.
        program: The whole program, as click sees it.
        theirs: Features of others.
        groups: Their commands, with their names.
    """
    module = importlib.import_module(f"servicedesk_core.cli.docs.{name}")
    of_features = ("definitions", "documents", "figures")
    told: dict[str, tuple[Any, ...]] = {"commands": (program, groups)} | dict.fromkeys(of_features, (theirs,))
    text: str = module.page(*told.get(name, ()))
    return text


def _features(ctx: typer.Context) -> "tuple[Feature, ...]":
    """Return the features of others that are installed; what is broken is told and left out."""
    from servicedesk_core.errors import PluginError  # noqa: PLC0415
    from servicedesk_core.machine.installed import catalog_at  # noqa: PLC0415

    cli: Cli = ctx.obj
    catalog = catalog_at(cli.config)
    found = []
    for name in catalog.feature_names():
        if name in own_names(ctx):
            continue
        try:
            found.append(catalog.feature(name))
        except PluginError as error:
            cli.warn(f"Left out: {error.message}")
    return tuple(found)


def _groups(ctx: typer.Context, theirs: "tuple[Feature, ...]") -> tuple[tuple[str, Any], ...]:
    program: Any = ctx.find_root().command
    return tuple((feature.name, program.get_command(ctx.find_root(), feature.name)) for feature in theirs)


def _schema(name: str, theirs: "tuple[Feature, ...]") -> str:
    from servicedesk_core.arguments import did_you_mean  # noqa: PLC0415
    from servicedesk_core.cli.docs.documents import schema  # noqa: PLC0415
    from servicedesk_core.cli.shell.schemas import documents  # noqa: PLC0415

    known = documents(theirs)
    if name not in known:
        hint = did_you_mean(name, (*PAGES, *known)) or f" There are: {', '.join(PAGES)}."
        raise typer.BadParameter(f'There is no page "{name}".{hint}', param_hint="NAME")
    return schema(name, theirs)
